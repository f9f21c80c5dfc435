create or replace function pgsync.is_restored(source pgsync.sources)
returns boolean
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select not exists (
    select
    from pg_catalog.pg_proc as routine
    where routine.pronamespace = 'pgsync'::regnamespace
        and routine.proname = source.function_name
        and strpos(routine.prosrc, format(' operator(pg_catalog.<>) ''%s''', source.source_table::oid)) > 0
);
$$;

comment on function pgsync.is_restored(pgsync.sources)
is 'Whether a capture function knows its table by an oid from another database.';
