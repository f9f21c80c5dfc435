create or replace function pgsync.column_drift(master pgsync.masters, schema jsonb)
returns jsonb
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select coalesce(jsonb_object_agg(drift.name, drift.reason), '{}')
from (
    select
        here.key as name,
        concat_ws(
            '; ',
            (
                select 'only the master has ' || string_agg(there.name, ', ')
                from jsonb_array_elements_text(schema -> here.key -> 'columns') as there (name)
                where not here.value -> 'columns' ? there.name
            ),
            (
                select 'only this system has ' || string_agg(own.name, ', ')
                from jsonb_array_elements_text(here.value -> 'columns') as own (name)
                where not schema -> here.key -> 'columns' ? own.name
            )
        ) as reason
    from jsonb_each(pgsync.exchanged_schema(master.tables)) as here
    where schema ? here.key
) as drift
where drift.reason <> '';
$$;

comment on function pgsync.column_drift(pgsync.masters, jsonb)
is 'The tables whose columns differ from those of the master, and how.';
