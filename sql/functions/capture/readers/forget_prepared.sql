-- One by one they would take as long as whoever prepared them likes, and could be cancelled half way.
create or replace function pgsync.forget_prepared()
returns void
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
    -- The text is put together with quotes doubled.
    -- @plpgsql_check_options: security_warnings = off
declare
    v_names constant text[] := array(
        select prepared.name
        from pg_catalog.pg_prepared_statements as prepared
        where prepared.from_sql and prepared.prepare_time >= statement_timestamp()
    );
    v_name text;
begin
    if cardinality(v_names) > 100 then
        deallocate all;
        return;
    end if;
    foreach v_name in array v_names
    loop
        execute 'deallocate "' || replace(v_name, '"', '""') || '"';
    end loop;
end;
$$;

comment on function pgsync.forget_prepared()
is 'Deallocates the statements that were prepared in this session while its current statement ran.';
