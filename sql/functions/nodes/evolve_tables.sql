-- Runs with the rights of its caller, who must have those of the owners of the tables.
create or replace function pgsync.evolve_tables(endpoint text, schema jsonb)
returns jsonb
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_tables jsonb;
    v_evolved jsonb := '{}'::jsonb;
    v_obstacles jsonb := '{}'::jsonb;
    v_obstacle text;
begin
    v_tables := (
        select coalesce(jsonb_agg(jsonb_build_object(
            'source_table', own.source_table::oid, 'name', own.name, 'columns', own.columns, 'is_whole', own.is_whole
        )), '[]')
        from pgsync.columns_to_evolve(endpoint, schema) as own
    );
    for i in 0 .. jsonb_array_length(v_tables) - 1
    loop
        v_obstacle := pgsync.add_columns(
            (v_tables -> i ->> 'source_table')::oid::regclass,
            v_tables -> i -> 'columns',
            (v_tables -> i ->> 'is_whole')::boolean
        );
        if v_obstacle is null then
            v_evolved := v_evolved || jsonb_build_object(
                v_tables -> i ->> 'name', array(select jsonb_object_keys(v_tables -> i -> 'columns'))
            );
        else
            v_obstacles := v_obstacles || jsonb_build_object(v_tables -> i ->> 'name', v_obstacle);
        end if;
    end loop;
    return jsonb_build_object('evolved', v_evolved, 'obstacles', v_obstacles);
end;
$$;

comment on function pgsync.evolve_tables(text, jsonb)
is 'Adds the columns that only a master has where that is wanted; which have them, and what hinders others.';
