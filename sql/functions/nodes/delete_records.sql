-- Runs with the rights of its caller. Only if all cannot be deleted together is each tried alone.
create or replace function pgsync.delete_records(source_table regclass, key_columns text[], keys jsonb)
returns jsonb
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
    -- The statement is composed with %I and %s of a regclass.
    -- @plpgsql_check_options: security_warnings = off, performance_warnings = off
declare
    v_failures jsonb := '[]'::jsonb;
    v_class text;
    v_message text;
    v_statement text;
begin
    v_statement := format(
            $statement$
            delete from %1$s as present
            using (
                select came.*
                from jsonb_array_elements($1) as element (content)
                cross join lateral jsonb_populate_record(null::%1$s, element.content) as came
            ) as came
            where %2$s
            $statement$,
            delete_records.source_table,
            (
                select string_agg(format('present.%1$I = came.%1$I', key.name), ' and ' order by key.place)
                from unnest(delete_records.key_columns) with ordinality as key (name, place)
            )
    );
    begin
        -- Triggers of the table find what they find for an application.
        perform set_config(
            'search_path',
            (select own.reset_val from pg_catalog.pg_settings as own where own.name = 'search_path'),
            true
        );
        execute v_statement using keys;
        perform set_config('search_path', 'pg_catalog, pgsync, pg_temp', true);
        return v_failures;
    exception when others then
        v_class := pgsync.image_error_class(sqlstate);
        v_message := sqlerrm;
        if v_class is null then
            raise;
        end if;
    end;
    if jsonb_array_length(keys) = 1 then
        return jsonb_build_array(jsonb_build_object(
            'place', 0, 'error_class', v_class, 'error_message', left(v_message, 1000), 'error_column', null
        ));
    end if;
    for i in 0 .. jsonb_array_length(keys) - 1
    loop
        v_failures := v_failures || (
            select coalesce(jsonb_agg(failure.content || jsonb_build_object('place', i)), '[]')
            from jsonb_array_elements(
                pgsync.delete_records(source_table, key_columns, jsonb_build_array(keys -> i))
            ) as failure (content)
        );
    end loop;
    return v_failures;
end;
$$;

comment on function pgsync.delete_records(regclass, text[], jsonb)
is 'Deletes the rows with these keys; returns which could not be deleted, and why.';
