-- Mail waits a little, and what comes meanwhile goes with it in one message. A message about a channel itself
-- (channel in its body) goes to the others. The end goes to whoever was told of the beginning.
create or replace function pgsync.queue_delivery(
    alert bigint,
    event text,
    severity text,
    subject text,
    body jsonb default '{}',
    now timestamptz default clock_timestamp()
)
returns integer
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_variable
declare
    v_group_wait constant interval := interval '30 seconds';
    v_subject constant text := left(regexp_replace(subject, '[[:cntrl:]]+', ' ', 'g'), 200);
    v_body jsonb;
    v_thread text;
    v_count integer;
begin
    -- So short that pg_notify takes it, whatever the alphabet. Only words have several lines.
    select
        jsonb_object_agg(
            part.key,
            left(
                regexp_replace(
                    part.value, case part.key when 'words' then '((?!\n)[[:cntrl:]])+' else '[[:cntrl:]]+' end, ' ', 'g'
                ),
                case part.key when 'words' then 800 when 'remedy' then 300 else 100 end
            )
        )
    into v_body
    from jsonb_each_text(body) as part
    where part.key in ('kind', 'table', 'class', 'words', 'since', 'remedy', 'channel') and part.value is not null;
    select earlier.thread
    into v_thread
    from pgsync.alert_deliveries as earlier
    where earlier.alert = queue_delivery.alert and earlier.alert <> 0
    order by earlier.id desc
    limit 1;
    v_thread := coalesce(v_thread, replace(gen_random_uuid()::text, '-', ''));

    insert into pgsync.alert_deliveries as own (
        channel, alert, message_id, thread, event, severity, subject, body, created_at, next_attempt_at
    )
    select
        channel.name,
        alert,
        'msg_' || replace(gen_random_uuid()::text, '-', ''),
        v_thread,
        event,
        severity,
        v_subject,
        coalesce(v_body, '{}'),
        now,
        case channel.kind
            when 'mail'
                then coalesce(
                    (
                        select min(together.next_attempt_at)
                        from pgsync.alert_deliveries as together
                        where together.channel = channel.name
                            and together.state = 'waiting'
                            and together.attempts = 0
                            and together.next_attempt_at between now and now + v_group_wait
                    ),
                    now + v_group_wait
                )
            else now
        end
    from pgsync.channels as channel
    where channel.enabled
        and channel.name is distinct from v_body ->> 'channel'
        and (
            pgsync.severity_rank(severity) >= pgsync.severity_rank(channel.min_severity)
            or (
                event = 'resolved'
                and alert <> 0
                and exists (
                    select
                    from pgsync.alert_deliveries as earlier
                    where earlier.channel = channel.name and earlier.alert = queue_delivery.alert
                )
            )
        )
    order by channel.name
    -- Who removes a channel at this moment is waited for, so that the others get it.
    for key share of channel;
    get diagnostics v_count = row_count;
    return v_count;
end;
$$;

comment on function pgsync.queue_delivery(bigint, text, text, text, jsonb, timestamptz)
is 'Queues news of an alert for each channel; keeps kind, table, class, words, since, remedy and channel.';
