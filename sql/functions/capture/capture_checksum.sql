create or replace function pgsync.capture_checksum(function_name text)
returns text
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    return (
        select encode(
            sha256(
                convert_to(
                    string_agg(
                        concat_ws(
                            E'\n',
                            routine.proname,
                            routine.prosrc,
                            pg_get_userbyid(routine.proowner),
                            routine.prosecdef,
                            routine.provolatile,
                            array_to_string(routine.proconfig, E'\n')
                        ),
                        E'\n' order by routine.proname
                    ),
                    'UTF8'
                )
            ),
            'hex'
        )
        from pg_catalog.pg_proc as routine
        where routine.pronamespace = 'pgsync'::regnamespace
            and routine.proname in (capture_checksum.function_name, capture_checksum.function_name || '_read')
    );
end;
$$;

comment on function pgsync.capture_checksum(text)
is 'SHA-256 of the functions of a source: text, owner and settings; null if there are none.';
