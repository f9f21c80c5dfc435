create or replace function pgsync.retention_step(part text, row_limit integer default 1000)
returns table (removed bigint, has_more boolean)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_days integer;
begin
    select pgsync.configuration_integer(known.setting)::integer
    into v_days
    from pgsync.retention_parts() as known
    where known.part = retention_step.part;
    return query
    select step.removed, step.has_more
    from pgsync.remove_old(
        retention_step.part, clock_timestamp() - make_interval(days => v_days), row_limit
    ) as step;
end;
$$;

comment on function pgsync.retention_step(text, integer)
is 'Removes the next rows of a part of retention, as its setting says; how many, and whether there are more.';
