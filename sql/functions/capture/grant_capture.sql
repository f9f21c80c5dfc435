-- The generated functions of a source record nested statements in a sequence of the source. Functions of
-- earlier versions call functions that no longer have files, until their tables are attached again.
create or replace function pgsync.grant_capture()
returns void
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
    -- The texts are composed with %I and regprocedure.
    -- @plpgsql_check_options: security_warnings = off
declare
    v_right text;
begin
    for v_right in
        select format('usage, update on sequence pgsync.%I', sequence.relname)
        from pg_catalog.pg_class as sequence
        inner join pgsync.sources as source on sequence.relname = source.function_name || '_nesting'
        where sequence.relnamespace = 'pgsync'::regnamespace and sequence.relkind = 'S'
        union all
        select format('execute on function %s', earlier.routine)
        from (
            select to_regprocedure(listed.signature) as routine
            from unnest(
                array[
                    'pgsync.capture_absent(text[])', 'pgsync.capture_columns(regclass)',
                    'pgsync.capture_image(regclass, text[], text)', 'pgsync.capture_key(regclass, text[])',
                    'pgsync.capture_rows(text, text, text, text)', 'pgsync.capture_scope(regclass)',
                    'pgsync.capture_treatment(oid)', 'pgsync.current_images(oid, text[])',
                    'pgsync.lacks_columns(oid, text[])', 'pgsync.note_nesting(oid, text)'
                ]
            ) as listed (signature)
        ) as earlier
        where to_regprocedure('pgsync.current_images(oid, text[])') is not null and earlier.routine is not null
    loop
        execute format('grant %s to %I', v_right, pgsync.capture_role());
    end loop;
end;
$$;

comment on function pgsync.grant_capture()
is 'Grants capture functions what they need for the attached tables; part of the grants.';
