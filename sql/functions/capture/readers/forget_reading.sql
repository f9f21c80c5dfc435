-- A subtransaction that is rolled back leaves two things to its session all the same: statements that were
-- prepared, and advisory locks for the session. Code of a table's owner may have left either: a statement
-- under a name that the session uses next, a lock that stops posting.
create or replace function pgsync.forget_reading(kept_locks text[])
returns boolean
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
    -- The text is put together with quotes doubled.
    -- @plpgsql_check_options: security_warnings = off
declare
    v_name text;
    v_is_locked constant boolean := not pgsync.own_locks() <@ kept_locks;
begin
    for v_name in
        select prepared.name
        from pg_catalog.pg_prepared_statements as prepared
        where prepared.from_sql and prepared.prepare_time >= statement_timestamp()
    loop
        execute 'deallocate "' || replace(v_name, '"', '""') || '"';
    end loop;
    if v_is_locked then
        perform pg_advisory_unlock_all();
    end if;
    return v_is_locked;
end;
$$;

comment on function pgsync.forget_reading(text[])
is 'Takes from this session what the reading of a table has left in it; whether that held advisory locks.';
