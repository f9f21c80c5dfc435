-- The calls of a span are counted by sixtieths of it, and one that has begun to leave the span still counts:
-- so no span of that length ever has more, wherever the endpoint lets its own begin.
create or replace function pgsync.take_budget(
    endpoint text,
    calls integer default 1,
    probes_after interval default '60 s'
)
returns table (granted integer, wait interval, reason text)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_now timestamptz;
    v_endpoint pgsync.endpoints;
    v_granted integer := take_budget.calls;
    v_budget pgsync.endpoint_budgets;
    v_step interval;
    v_left integer;
begin
    select own.*
    into v_endpoint
    from pgsync.endpoints as own
    where own.name = take_budget.endpoint
    for update;
    if not found or not pgsync.reaches(take_budget.endpoint) then
        raise exception 'there is no endpoint %', take_budget.endpoint using errcode = 'undefined_object';
    end if;
    -- Read under the lock, so that the time never goes back from one caller to the next.
    v_now := clock_timestamp();
    if v_endpoint.paused_at is not null then
        return query select 0, null::interval, 'paused';
        return;
    elsif v_endpoint.limited_until > v_now then
        return query select 0, v_endpoint.limited_until - v_now, 'limited';
        return;
    elsif v_endpoint.next_probe_at > v_now then
        return query select 0, v_endpoint.next_probe_at - v_now, 'breaker';
        return;
    end if;

    for v_budget in
        select own.*
        from pgsync.endpoint_budgets as own
        where own.endpoint = take_budget.endpoint
        order by own.span
    loop
        v_step := v_budget.span / 60;
        delete from pgsync.endpoint_calls as past
        where past.endpoint = v_budget.endpoint
            and past.budget = v_budget.name
            and past.began_at + v_step <= v_now - v_budget.span;
        select v_budget.allowed - coalesce(sum(present.calls), 0)::integer
        into v_left
        from pgsync.endpoint_calls as present
        where present.endpoint = v_budget.endpoint and present.budget = v_budget.name;
        if v_left <= 0 then
            return query
            select 0, greatest(min(present.began_at) + v_step + v_budget.span - v_now, interval '1 ms'), 'budget'
            from pgsync.endpoint_calls as present
            where present.endpoint = v_budget.endpoint and present.budget = v_budget.name;
            return;
        end if;
        v_granted := least(v_granted, v_left);
    end loop;

    if v_endpoint.breaker_state <> 'closed' then
        -- One probe for all; if nothing is heard of it, another may follow.
        v_granted := 1;
        update pgsync.endpoints as own
        set breaker_state = 'half_open', next_probe_at = v_now + take_budget.probes_after
        where own.name = take_budget.endpoint;
    end if;
    insert into pgsync.endpoint_calls as present (endpoint, budget, began_at, calls)
    select own.endpoint, own.name, date_bin(own.span / 60, v_now, timestamptz '2020-01-01 00:00:00+00'), v_granted
    from pgsync.endpoint_budgets as own
    where own.endpoint = take_budget.endpoint
    on conflict on constraint endpoint_calls_pkey do update set calls = present.calls + excluded.calls;
    -- A span without a refusal lets the limit grow again.
    update pgsync.endpoint_budgets as own
    set allowed = own.allowed + 1, allowed_since = v_now
    where own.endpoint = take_budget.endpoint
        and own.allowed < own.call_limit
        and own.allowed_since + own.span <= v_now;
    return query select v_granted, interval '0', case when v_endpoint.breaker_state <> 'closed' then 'probe' end;
end;
$$;

comment on function pgsync.take_budget(text, integer, interval)
is 'How many of these calls may be made now; if none, why, and how long to wait: null if a person ends it.';
