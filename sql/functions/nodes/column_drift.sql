-- Where the other side may add a column, it is asked first.
create or replace function pgsync.column_drift(master pgsync.masters, schema jsonb, evolution jsonb)
returns table (name text, reason text, is_frozen boolean, offered text[], missing text[])
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select
    own.name,
    concat_ws(
        '; ',
        'only the master has ' || nullif(array_to_string(own.missing, ', '), '')
        || coalesce(': ' || (evolution -> 'obstacles' ->> own.name), ''),
        'only this system has ' || nullif(array_to_string(own.extra, ', '), '')
        || coalesce(': the master says: ' || (evolution -> 'refused' ->> own.name), '')
    ),
    own.missing <> '{}' and own.drift <> 'quarantine' or own.extra <> '{}' and own.drift_there <> 'quarantine',
    case when own.drift_there = 'evolve' and not coalesce(evolution ? 'refused', false) then own.extra else '{}' end,
    own.missing
from pgsync.drifting_tables(master.tables, schema) as own;
$$;

comment on function pgsync.column_drift(pgsync.masters, jsonb, jsonb)
is 'The tables whose columns differ from those of the master, how, and what becomes of them.';
