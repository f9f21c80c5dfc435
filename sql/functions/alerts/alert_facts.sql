-- A function that fails hides only what it would have found; its kinds then are not observed. What
-- SYSTEM_DOWN or a pause explains is held back. Texts are cut to what sync_alerts takes.
create or replace function pgsync.alert_facts(now timestamptz default clock_timestamp())
returns setof pgsync.alert_condition
language plpgsql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
set jit = off
as $$
#variable_conflict use_variable
    -- The names come from alert_kinds.
    -- @plpgsql_check_options: security_warnings = off
declare
    v_part record;
    v_found pgsync.alert_condition[] := array[]::pgsync.alert_condition[];
    v_more pgsync.alert_condition[];
    v_one pgsync.alert_condition;
    v_is_down boolean := false;
    v_is_paused constant boolean := pgsync.configuration_boolean('posting_paused');
begin
    for v_part in
        select known.found_by, array_agg(known.kind order by known.place) as kinds
        from pgsync.alert_kinds() as known
        group by known.found_by
        order by min(known.place)
    loop
        begin
            execute format('select array(select own from pgsync.%I($1) as own)', v_part.found_by)
            into v_more
            using now;
            v_found := v_found || v_more;
        exception
            when others then
                v_found := v_found || array(
                    select row(
                        blind.kind, null, null, 'medium', null, null, null,
                        left(format('cannot be observed: %s', sqlerrm), 500), null, null, null, false
                    )::pgsync.alert_condition
                    from unnest(v_part.kinds) as blind (kind)
                );
        end;
    end loop;

    v_is_down := exists (
        select from unnest(v_found) as own where own.kind = 'SYSTEM_DOWN' and own.is_observed
    );
    foreach v_one in array v_found loop
        v_one.class := left(v_one.class, 200);
        v_one.words := left(v_one.words, 1000);
        v_one.remedy := left(v_one.remedy, 500);
        v_one.inhibited_by := case
            when not v_one.is_observed then null
            when v_is_down and (
                v_one.kind in ('QUEUE_BACKUP', 'CHAIN_LATE', 'SCHEDULE_LATE', 'DATA_STALE')
                or (v_one.kind = 'SYNC_FAILURES' and v_one.class = 'transient')
            ) then 'SYSTEM_DOWN'
            when v_is_paused and (
                v_one.kind = 'QUEUE_BACKUP' or (v_one.kind = 'SYNC_FAILURES' and v_one.class = 'transient')
            ) then 'paused'
        end;
        return next v_one;
    end loop;
end;
$$;

comment on function pgsync.alert_facts(timestamptz)
is 'What is wrong, computed from facts, and which kinds cannot be observed; see view alert_conditions.';
