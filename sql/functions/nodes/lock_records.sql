-- Runs with the rights of its caller.
create or replace function pgsync.lock_records(source_table regclass, key_columns text[], keys jsonb)
returns void
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
    -- The statement is composed with %I and %s of a regclass.
    -- @plpgsql_check_options: security_warnings = off, performance_warnings = off
declare
    v_key text;
begin
    select string_agg(format('present.%1$I = came.%1$I', key.name), ' and ' order by key.place)
    into v_key
    from unnest(lock_records.key_columns) with ordinality as key (name, place);
    execute format(
        $statement$
        select 1
        from (
            select came.*
            from jsonb_array_elements($1) as element (content)
            cross join lateral jsonb_populate_record(null::%1$s, element.content) as came
        ) as came
        inner join %1$s as present on %2$s
        order by %3$s
        for update of present
        $statement$,
        lock_records.source_table,
        v_key,
        (
            select string_agg(format('present.%I', key.name), ', ' order by key.place)
            from unnest(lock_records.key_columns) with ordinality as key (name, place)
        )
    ) using keys;
end;
$$;

comment on function pgsync.lock_records(regclass, text[], jsonb)
is 'Locks the rows with these keys in the order of their keys, so that nobody changes them meanwhile.';
