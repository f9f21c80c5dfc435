-- The lock on the channel makes takers take turns. Of an alert only the oldest message that is not finished
-- can be taken, so that a later one never comes first; mail takes all that is due, in order, for one message.
create or replace function pgsync.take_deliveries(
    channel text,
    now timestamptz default clock_timestamp(),
    lease interval default interval '10 minutes'
)
returns table (
    delivery bigint, taking uuid, alert bigint, event text, message_id text, thread text, severity text,
    subject text, body jsonb, attempts integer, created_at timestamptz
)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_variable
declare
    v_taking constant uuid := gen_random_uuid();
    v_channel pgsync.channels;
begin
    select own.*
    into v_channel
    from pgsync.channels as own
    where own.name = channel and own.enabled and (own.not_before is null or own.not_before <= now)
    for no key update skip locked;
    if not found then
        return;
    end if;

    return query
    with due as materialized (
        select own.id
        from pgsync.alert_deliveries as own
        where own.channel = v_channel.name
            and own.state in ('waiting', 'sending')
            and own.next_attempt_at <= now
            and not exists (
                select
                from pgsync.alert_deliveries as earlier
                where earlier.channel = own.channel
                    and earlier.alert = own.alert
                    and earlier.id < own.id
                    and earlier.state in ('waiting', 'sending')
                    and (v_channel.kind <> 'mail' or earlier.next_attempt_at > now)
            )
        order by own.id
        limit case v_channel.kind when 'mail' then 50 else 1 end
        for update
    ),
    taken as (
        update pgsync.alert_deliveries as own
        set state = 'sending', taking = v_taking, attempts = own.attempts + 1, next_attempt_at = now + lease
        from due
        where own.id = due.id
        returning own.*
    )
    select
        own.id, own.taking, own.alert, own.event, own.message_id, own.thread, own.severity, own.subject, own.body,
        own.attempts, own.created_at
    from taken as own
    order by own.id;
end;
$$;

comment on function pgsync.take_deliveries(text, timestamptz, interval)
is 'Takes what is to be sent to a channel next: one message or, for mail, all that go together.';
