-- Runs with the rights of its caller, because keys become values of the table's own types. A record that
-- cannot be understood has failed; the others go on.
create or replace function pgsync.checked_records(node text, records jsonb)
returns jsonb
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_tables jsonb;
    v_source record;
    v_items jsonb;
    v_checked jsonb := '[]'::jsonb;
begin
    v_tables := (
        select coalesce(
            jsonb_agg(jsonb_build_object('source_table', own.source_table::oid, 'name', own.name, 'level', own.level)), '[]'
        )
        from pgsync.tables_of_node(node) as own);
    -- What no table takes.
    v_checked := (
        select coalesce(jsonb_agg(pgsync.refused_record(element.place - 1, 'data.table', case
            when jsonb_typeof(element.content) <> 'object' then 'a record is an object'
            else format('the table %s is not exchanged', coalesce(element.content ->> 'table', 'null'))
        end)), '[]')
        from jsonb_array_elements(records) with ordinality as element (content, place)
        where not exists (
                select from jsonb_array_elements(v_tables) as own (content)
                where own.content -> 'name' = element.content -> 'table'
            )
            and not element.content ? 'unstorable'
    ) || (
        select coalesce(jsonb_agg(pgsync.refused_record(element.place - 1, 'data.form', element.content ->> 'unstorable')), '[]')
        from jsonb_array_elements(records) with ordinality as element (content, place)
        where element.content ? 'unstorable'
    );
    for i in 0 .. jsonb_array_length(v_tables) - 1
    loop
        select own.* into v_source
        from pgsync.synced_source((v_tables -> i ->> 'source_table')::oid::regclass) as own;
        v_items := (
            select jsonb_agg(
                element.content
                || jsonb_build_object('place', element.place - 1)
                -- A column that is not here loses nothing while it is null.
                || case
                    when v_source.drift = 'quarantine' and jsonb_typeof(element.content -> 'data') = 'object'
                        then jsonb_build_object('data', (element.content -> 'data') - array(
                            select given.key
                            from jsonb_each(element.content -> 'data') as given
                            where given.value = 'null' and given.key <> all(v_source.columns || v_source.generated_columns)
                        ))
                    else '{}'
                end
                order by element.place
            )
            from jsonb_array_elements(records) with ordinality as element (content, place)
            where jsonb_typeof(element.content) = 'object'
                and not element.content ? 'unstorable'
                and element.content -> 'table' = v_tables -> i -> 'name'
        );
        continue when v_items is null;
        v_checked := v_checked || pgsync.checked_keys(
            (v_tables -> i ->> 'source_table')::oid::regclass,
            (v_tables -> i ->> 'level')::bigint,
            v_source.key_columns,
            v_source.columns || v_source.generated_columns,
            v_items
        );
    end loop;
    return v_checked;
end;
$$;

comment on function pgsync.checked_records(text, jsonb)
is 'What a node has sent with tables and keys as they are known here; records that are refused say why.';
