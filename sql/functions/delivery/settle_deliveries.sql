-- A message is tried again after 30 s, then after twice as long each time, up to an hour. A channel
-- that fails is left alone for a minute at first, up to 15. Once it answers, what waits for it goes at once.
create or replace function pgsync.settle_deliveries(
    channel text,
    taking uuid,
    outcome text,
    error_class text default null,
    error_message text default null,
    retry_after interval default null,
    now timestamptz default clock_timestamp()
)
returns integer
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_variable
declare
    v_limit constant integer := pgsync.breaker_limit();
    v_longest constant interval := interval '1 day';
    v_retried_for constant interval := make_interval(
        hours => pgsync.configuration_integer('delivery_retry_hours')::integer
    );
    v_message constant text := left(regexp_replace(error_message, '[[:cntrl:]]+', ' ', 'g'), 500);
    -- Being asked to wait is no failure.
    v_throttled constant boolean := coalesce(error_class, '') = 'delivery.throttled';
    v_asked constant interval := least(greatest(retry_after, interval '0'), v_longest);
    v_chance constant double precision := 0.9 + 0.2 * random();
    v_channel pgsync.channels;
    v_count integer;
begin
    if outcome not in ('delivered', 'retry', 'refused', 'gone') then
        raise exception 'an attempt ends as delivered, retry, refused or gone, not %', outcome
            using errcode = 'invalid_parameter_value';
    end if;
    select own.* into v_channel from pgsync.channels as own where own.name = channel for no key update;
    update pgsync.alert_deliveries as own
    set
        state = case
            when outcome = 'delivered' then 'delivered'
            when outcome = 'retry' and now < own.created_at + v_retried_for then 'waiting'
            else 'failed'
        end,
        taking = null,
        next_attempt_at = case
            when outcome = 'retry' and now < own.created_at + v_retried_for
                then now + greatest(
                    v_asked, least(interval '30 seconds' * 2 ^ least(own.attempts - 1, 10), interval '1 hour') * v_chance
                )
        end,
        ended_at = case when outcome <> 'retry' or now >= own.created_at + v_retried_for then now end,
        error_class = case when outcome <> 'delivered' then coalesce(error_class, 'delivery.failed') end,
        error_message = case when outcome <> 'delivered' then coalesce(v_message, 'no reason was given') end
    where own.channel = v_channel.name and own.taking = settle_deliveries.taking and own.state = 'sending';
    get diagnostics v_count = row_count;
    -- Who was too slow settles nothing.
    if v_count = 0 then
        return 0;
    end if;

    if outcome = 'delivered' then
        update pgsync.channels as own
        set
            failures_in_a_row = 0,
            failing_since = null,
            last_ok_at = now,
            -- Slack takes about one message a second.
            not_before = case own.kind when 'slack' then now + interval '1 second' end
        where own.name = v_channel.name;
        if v_channel.failures_in_a_row >= v_limit then
            update pgsync.alert_deliveries as own
            set next_attempt_at = least(own.next_attempt_at, now)
            where own.channel = v_channel.name and own.state = 'waiting';
        end if;
    else
        update pgsync.channels as own
        set
            enabled = own.enabled and outcome <> 'gone',
            disabled_reason = case
                when outcome = 'gone' then coalesce(v_message, 'the receiver is gone') else own.disabled_reason
            end,
            failures_in_a_row = own.failures_in_a_row
            + case when outcome = 'retry' and not v_throttled then 1 else 0 end,
            failing_since = case
                when outcome = 'retry' and not v_throttled then coalesce(own.failing_since, now) else own.failing_since
            end,
            last_error_at = now,
            last_error_class = coalesce(error_class, 'delivery.failed'),
            last_error_message = coalesce(v_message, 'no reason was given'),
            not_before = case
                when outcome = 'retry'
                    then greatest(
                        now + v_asked,
                        case
                            when not v_throttled and own.failures_in_a_row + 1 >= v_limit
                                then now + v_chance * least(
                                    interval '1 minute' * 2 ^ least(own.failures_in_a_row + 1 - v_limit, 10),
                                    interval '15 minutes'
                                )
                        end
                    )
            end
        where own.name = v_channel.name;
    end if;
    return v_count;
end;
$$;

comment on function pgsync.settle_deliveries(text, uuid, text, text, text, interval, timestamptz)
is 'Records how sending what was taken ended: delivered, retry, refused or gone, which disables the channel.';
