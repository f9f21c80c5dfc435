-- Runs with the rights of its caller, who must have those of the owners of the tables.
create or replace function pgsync.take_columns(node text, columns jsonb)
returns jsonb
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_tables jsonb;
    v_refused jsonb := '{}'::jsonb;
    v_obstacle text;
begin
    v_tables := (
        select coalesce(jsonb_agg(to_jsonb(own) || jsonb_build_object('source_table', own.source_table::oid)), '[]')
        from pgsync.columns_to_take(node, take_columns.columns) as own
    );
    for i in 0 .. jsonb_array_length(v_tables) - 1
    loop
        continue when v_tables -> i -> 'columns' = '{}';
        v_obstacle := case
            when v_tables -> i ->> 'drift' <> 'evolve' then 'its drift is ' || (v_tables -> i ->> 'drift')
            else pgsync.add_columns(
                (v_tables -> i ->> 'source_table')::oid::regclass,
                v_tables -> i -> 'columns',
                (v_tables -> i ->> 'is_whole')::boolean
            )
        end;
        if v_obstacle is not null then
            v_refused := v_refused || jsonb_build_object(v_tables -> i ->> 'name', v_obstacle);
        end if;
    end loop;
    return jsonb_build_object('refused', v_refused);
end;
$$;

comment on function pgsync.take_columns(text, jsonb)
is 'Adds columns that only a node has where that is wanted; the tables that do not get them, and why.';
