create or replace function pgsync.note_call(
    endpoint text,
    outcome text,
    message text default null,
    retry_after interval default null,
    clock_skew interval default null,
    failures integer default 5,
    reset_after interval default '60 s'
)
returns text
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_now constant timestamptz := clock_timestamp();
    v_endpoint pgsync.endpoints;
    v_is_answer constant boolean := note_call.outcome <> 'transient';
begin
    if note_call.outcome not in ('ok', 'limited', 'auth', 'config', 'refused', 'shape', 'transient') then
        raise exception 'a call does not end as %', note_call.outcome using errcode = 'invalid_parameter_value';
    end if;
    select own.* into v_endpoint from pgsync.endpoints as own where own.name = note_call.endpoint for update;
    if not found or not pgsync.reaches(note_call.endpoint) then
        raise exception 'there is no endpoint %', note_call.endpoint using errcode = 'undefined_object';
    end if;
    v_endpoint.failures_in_a_row := case when v_is_answer then 0 else v_endpoint.failures_in_a_row + 1 end;
    if v_is_answer then
        v_endpoint.breaker_since := case
            when v_endpoint.breaker_state = 'closed' then v_endpoint.breaker_since
            else v_now
        end;
        v_endpoint.breaker_state := 'closed';
        v_endpoint.next_probe_at := null;
    elsif v_endpoint.breaker_state = 'half_open'
        or v_endpoint.breaker_state = 'closed' and v_endpoint.failures_in_a_row >= note_call.failures
    then
        -- A probe that fails does not make the outage a new one.
        if v_endpoint.breaker_state = 'closed' then
            v_endpoint.breaker_since := v_now;
        end if;
        v_endpoint.breaker_state := 'open';
        v_endpoint.next_probe_at := v_now + note_call.reset_after;
    end if;
    update pgsync.endpoints as own
    set
        failures_in_a_row = v_endpoint.failures_in_a_row,
        breaker_state = v_endpoint.breaker_state,
        breaker_since = v_endpoint.breaker_since,
        next_probe_at = v_endpoint.next_probe_at,
        clock_skew = coalesce(note_call.clock_skew, own.clock_skew),
        limited_until = case
            when note_call.retry_after is null then own.limited_until
            else greatest(own.limited_until, v_now + note_call.retry_after)
        end,
        last_ok_at = case when note_call.outcome = 'ok' then v_now else own.last_ok_at end,
        last_error_at = case when note_call.outcome = 'ok' then own.last_error_at else v_now end,
        last_error_class = case
            when note_call.outcome = 'ok' then own.last_error_class
            else 'call.' || note_call.outcome
        end,
        last_error = case when note_call.outcome = 'ok' then own.last_error else left(note_call.message, 1000) end
    where own.name = note_call.endpoint;
    if note_call.outcome = 'limited' then
        -- The shortest span is what it complains of; one complaint counts once.
        update pgsync.endpoint_budgets as own
        set allowed = greatest(own.allowed / 2, 1), allowed_since = v_now
        where own.endpoint = note_call.endpoint
            and own.allowed_since + least(own.span, interval '10 s') <= v_now
            and own.span = (
                select min(shortest.span)
                from pgsync.endpoint_budgets as shortest
                where shortest.endpoint = note_call.endpoint
            );
    end if;
    return v_endpoint.breaker_state;
end;
$$;

comment on function pgsync.note_call(text, text, text, interval, interval, integer, interval)
is 'Records how a call ended, and opens or closes the breaker by it; returns the state of the breaker.';
