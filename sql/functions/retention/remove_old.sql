create or replace function pgsync.remove_old(part text, before timestamptz, row_limit integer)
returns table (removed bigint, has_more boolean)
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    if row_limit < 1 then
        raise exception 'a step removes at least one row' using errcode = 'invalid_parameter_value';
    end if;
    case remove_old.part
        when 'schedule_runs' then
            return query select step.* from pgsync.remove_old_schedule_runs(before, row_limit) as step;
        when 'failed_items' then
            return query select step.* from pgsync.remove_old_failed_items(before, row_limit) as step;
        when 'progress' then
            return query select step.* from pgsync.remove_old_progress(before, row_limit) as step;
        when 'jobs' then
            return query select step.* from pgsync.remove_old_jobs(before, row_limit) as step;
        when 'deliveries' then
            return query select step.* from pgsync.remove_old_deliveries(before, row_limit) as step;
        when 'alerts' then
            return query select step.* from pgsync.remove_old_alerts(before, row_limit) as step;
        when 'health_minutes' then
            return query select step.* from pgsync.remove_old_health('{minute}', before, row_limit) as step;
        when 'health' then
            return query select step.* from pgsync.remove_old_health('{hour,day}', before, row_limit) as step;
        when 'conflicts' then
            return query select step.* from pgsync.remove_old_conflicts(before, row_limit) as step;
        when 'tombstones' then
            return query select step.* from pgsync.remove_old_tombstones(before, row_limit) as step;
        else
            raise exception 'retention has no part %', quote_literal(remove_old.part)
                using errcode = 'invalid_parameter_value', hint = 'See pgsync.retention_parts().';
    end case;
end;
$$;

comment on function pgsync.remove_old(text, timestamptz, integer)
is 'Removes the next rows of a part of retention that are older than a time.';
