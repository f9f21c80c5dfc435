create or replace function pgsync.refuse_schedule(name text)
returns void
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_known text;
begin
    select string_agg(own.name, ', ' order by own.name) into v_known from pgsync.sync_schedules as own;
    raise exception 'schedule % does not exist', quote_literal(refuse_schedule.name)
        using errcode = 'undefined_object', hint = format('The schedules are: %s.', v_known);
end;
$$;

comment on function pgsync.refuse_schedule(text)
is 'Reports that no schedule has this name, and which there are.';
