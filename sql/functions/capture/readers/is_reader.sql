-- All that its owner could have made otherwise, for what it gives is used by capture: a result of another
-- type would be cast to jsonb as pgsync_capture.
create or replace function pgsync.is_reader(routine oid)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    return (
        select own.prokind = 'f'
            and own.prosecdef
            and not own.proisstrict
            and not own.proleakproof
            and own.provolatile = 's'
            and own.prosupport = 0
            and own.protrftypes is null
            and own.prosrc = pgsync.reader_body(own.pronargs <> 2)
            and own.proconfig @> pgsync.reader_settings()
            and own.proconfig <@ pgsync.reader_settings()
            and language.lanname = 'plpgsql'
            -- In this search path, only names of pg_catalog stand without their schema.
            and (pg_get_function_arguments(own.oid), pg_get_function_result(own.oid)) in (
                (
                    'root oid, by_name boolean, plan jsonb, record_ids text[], after_key jsonb, row_limit bigint',
                    'TABLE(record_id text, content jsonb, key jsonb)'
                ),
                ('root oid, content record', 'jsonb')
            )
        from pg_catalog.pg_proc as own
        inner join pg_catalog.pg_language as language on own.prolang = language.oid
        where own.oid = is_reader.routine
    );
end;
$$;

comment on function pgsync.is_reader(oid)
is 'Whether a function is a reader as attach creates it.';
