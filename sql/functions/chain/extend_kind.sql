create or replace function pgsync.extend_kind(kind text, row_limit integer)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
set plan_cache_mode = force_custom_plan
set enable_seqscan = off
set lock_timeout = '1s'
set jit = off
as $$
declare
    v_kind pgsync.chain_kinds;
    v_here constant bigint := (select control.system_identifier from pg_control_system() as control);
    v_at constant timestamptz := clock_timestamp();
    v_count bigint := 0::bigint;
    v_part bigint;
begin
    select own.* into v_kind from pgsync.chain_kinds as own where own.kind = extend_kind.kind;
    if v_kind.source is null then
        v_count := coalesce(pgsync.extend_survey(v_kind.kind, 0), 0);
        update pgsync.chain_kinds as own
        set boundary_at = v_at, system_identifier = v_here
        where own.kind = v_kind.kind;
        return v_count;
    end if;

    if v_kind.system_identifier is distinct from v_here then
        -- Nobody writes at this moment, so it tells earlier rows from later ones. The step ends with it, so that
        -- no builder waits for one table while writers wait for another.
        execute format('lock table %s in share mode', to_regclass(v_kind.source));
        update pgsync.chain_kinds as own
        set
            boundary = pgsync.running_snapshot(),
            boundary_at = null,
            target = null,
            target_at = null,
            survey_part = 0,
            surveyed_before = case when own.kind = 'audit' then clock_timestamp() end,
            surveyed_through = case own.kind
                when 'entry' then (select coalesce(max(entry.id), 0) from ledger.journal_entries as entry)
                when 'act' then (select coalesce(max(act.id), 0) from pgsync.acts as act)
            end,
            mark_xids = '{}',
            mark_times = '{}',
            system_identifier = v_here
        where own.kind = v_kind.kind;
        return null;
    end if;

    while v_kind.survey_part is not null and v_count < extend_kind.row_limit loop
        v_part := pgsync.next_part(v_kind.kind, v_kind.survey_part);
        if v_part is not null then
            v_count := v_count + coalesce(pgsync.extend_survey(v_kind.kind, v_part), 0);
        end if;
        v_kind.survey_part := v_part + 1;
        update pgsync.chain_kinds as own
        set
            survey_part = v_kind.survey_part,
            boundary_at = case
                when v_kind.survey_part is null then coalesce(own.surveyed_before, v_at) else own.boundary_at
            end
        where own.kind = v_kind.kind;
    end loop;
    if v_kind.survey_part is null and v_count < extend_kind.row_limit then
        v_count := v_count + pgsync.extend_stream(v_kind.kind, extend_kind.row_limit - v_count::integer);
    end if;
    return v_count;
end;
$$;

comment on function pgsync.extend_kind(text, integer)
is 'Chains new rows of a kind, so many or a part more; returns how many, null when it begins a survey.';
