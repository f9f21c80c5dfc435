create or replace function pgsync.rename_range(part regclass, range_name text)
returns void
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
    -- The statements are composed with %I and regclass.
    -- @plpgsql_check_options: security_warnings = off
declare
    v_old constant name := (select own.relname from pg_catalog.pg_class as own where own.oid = part);
    v_index record;
begin
    for v_index in
        select own.relname, range_name || substr(own.relname, length(v_old) + 1) as new_name
        from pg_catalog.pg_index as link
        inner join pg_catalog.pg_class as own on own.oid = link.indexrelid
        where link.indrelid = part and starts_with(own.relname, v_old)
    loop
        execute format('alter index pgsync.%I rename to %I', v_index.relname, v_index.new_name);
    end loop;
    execute format('alter table %s rename to %I', part, range_name);
end;
$$;

comment on function pgsync.rename_range(regclass, text)
is 'Renames a part together with its indexes.';
