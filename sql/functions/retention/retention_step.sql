create or replace function pgsync.retention_step(
    part text,
    days_to_keep integer default null,
    row_limit integer default 1000
)
returns table (removed bigint, has_more boolean)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_setting text;
    v_before timestamptz;
begin
    select known.setting
    into v_setting
    from pgsync.retention_parts() as known
    where known.part = retention_step.part;
    if not found then
        raise exception 'retention has no part %', quote_literal(retention_step.part)
            using errcode = 'invalid_parameter_value', hint = 'See pgsync.retention_parts().';
    end if;
    if days_to_keep < 1 or row_limit < 1 then
        raise exception 'retention keeps at least one day, and removes at least one row in a step'
            using errcode = 'invalid_parameter_value';
    end if;
    v_before := clock_timestamp()
        - make_interval(days => coalesce(days_to_keep, pgsync.configuration_integer(v_setting)::integer));
    return query
    select step.removed, step.has_more
    from pgsync.remove_old_schedule_runs(v_before, row_limit) as step
    where retention_step.part = 'schedule_runs'
    union all
    select step.removed, step.has_more
    from pgsync.remove_old_failed_items(v_before, row_limit) as step
    where retention_step.part = 'failed_items'
    union all
    select step.removed, step.has_more
    from pgsync.remove_old_progress(v_before, row_limit) as step
    where retention_step.part = 'progress'
    union all
    select step.removed, step.has_more
    from pgsync.remove_old_jobs(v_before, row_limit) as step
    where retention_step.part = 'jobs'
    union all
    select step.removed, step.has_more
    from pgsync.remove_old_deliveries(v_before, row_limit) as step
    where retention_step.part = 'deliveries';
end;
$$;

comment on function pgsync.retention_step(text, integer, integer)
is 'Removes the next old rows of a part of retention; returns how many, and whether there may be more.';
