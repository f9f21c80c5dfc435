-- Runs with the rights of its caller.
create or replace function pgsync.write_records(
    source_table regclass,
    key_columns text[],
    columns text[],
    images jsonb
)
returns jsonb
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_failures constant jsonb := pgsync.write_records_plainly(source_table, key_columns, columns, images);
    v_images jsonb;
    v_left jsonb;
begin
    if jsonb_array_length(v_failures) < 2
        or exists (
            select
            from jsonb_array_elements(v_failures) as failure (content)
            where failure.content ->> 'error_class' <> 'conflict.unique'
        )
    then
        return v_failures;
    end if;
    -- They may stand in each other's way, and in nobody else's.
    v_images := (
        select jsonb_agg(images -> (failure.content ->> 'place')::integer order by failure.content -> 'place')
        from jsonb_array_elements(v_failures) as failure (content)
    );
    begin
        perform pgsync.park_unique_values(source_table, key_columns, v_images);
        v_left := pgsync.write_records_plainly(source_table, key_columns, columns, v_images);
        if v_left = '[]' then
            return v_left;
        end if;
        raise exception 'somebody else has one of the values' using errcode = 'unique_violation';
    exception when unique_violation or check_violation or data_exception or foreign_key_violation then
        return v_failures;
    end;
end;
$$;

comment on function pgsync.write_records(regclass, text[], text[], jsonb)
is 'Inserts and updates rows by their key; returns which could not be written, and why.';
