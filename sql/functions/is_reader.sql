create or replace function pgsync.is_reader(routine oid)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    return (
        select own.prosecdef
            and not own.proisstrict
            and own.provolatile = 's'
            and own.prosrc = pgsync.reader_body(own.pronargs <> 2)
            and own.proconfig @> pgsync.reader_settings()
            and own.proconfig <@ pgsync.reader_settings()
            and pg_get_function_identity_arguments(own.oid) in (
                'root oid, by_name boolean, plan jsonb, record_ids text[], after_key jsonb, row_limit bigint',
                'root oid, content record'
            )
        from pg_catalog.pg_proc as own
        where own.oid = is_reader.routine
    );
end;
$$;

comment on function pgsync.is_reader(oid)
is 'Whether a function is a reader as attach makes it.';
