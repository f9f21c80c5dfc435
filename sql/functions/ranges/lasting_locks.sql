-- Whoever writes holds a lock until the end of its transaction. Nobody may see how old the transactions of
-- others are, but everybody sees the same one twice. This sleeps in between, and holds no lock meanwhile.
create or replace function pgsync.lasting_locks(relations regclass[], span interval default '1 second')
returns bigint
language plpgsql
volatile
set search_path = pg_catalog, pgsync, pg_temp
set jit = off
as $$
declare
    v_first text[];
begin
    v_first := array(
        select own.virtualtransaction::text
        from pg_catalog.pg_locks as own
        where own.locktype = 'relation'
            and own.database = (select here.oid from pg_catalog.pg_database as here where here.datname = current_database())
            and own.relation = any(relations)
            and own.pid is distinct from pg_backend_pid()
    );
    if v_first = '{}' then
        return 0::bigint;
    end if;
    perform pg_sleep_for(span);
    return (
        select count(distinct own.virtualtransaction)
        from pg_catalog.pg_locks as own
        where own.locktype = 'relation'
            and own.database = (select here.oid from pg_catalog.pg_database as here where here.datname = current_database())
            and own.relation = any(relations)
            and own.virtualtransaction = any(v_first)
            and own.pid is distinct from pg_backend_pid()
    );
end;
$$;

comment on function pgsync.lasting_locks(regclass[], interval)
is 'How many transactions of others hold a lock on one of these tables for longer than a moment.';
