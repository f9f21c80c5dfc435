-- Runs with the rights of its caller. Rows that exchange values of a unique column among themselves can only
-- be written once these values are out of the way: null where that is allowed, else something nobody has.
create or replace function pgsync.park_unique_values(source_table regclass, key_columns text[], keys jsonb)
returns void
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
    -- The statement is composed with %I and %s of a regclass.
    -- @plpgsql_check_options: security_warnings = off, performance_warnings = off
declare
    v_changes text;
    v_statement text;
begin
    select string_agg(
        distinct format(
            '%I = %s',
            field.attname,
            case
                when not field.attnotnull then 'null'
                when type.typcategory = 'S' then 'gen_random_uuid()::text'
                when type.oid = 'uuid'::regtype then 'gen_random_uuid()'
                when type.oid in ('int4'::regtype, 'int8'::regtype, 'numeric'::regtype)
                    then '-1 - (random() * 2000000000)::integer'
                else format('%I', field.attname)
            end
        ),
        ', '
    )
    into v_changes
    from pg_catalog.pg_index as index
    inner join pg_catalog.pg_attribute as field
        on field.attrelid = index.indrelid and field.attnum = any(index.indkey::smallint[])
    inner join pg_catalog.pg_type as type on type.oid = pgsync.base_type(field.atttypid)
    where index.indrelid = park_unique_values.source_table
        and index.indisunique
        and not index.indisprimary
        and field.attname <> all(park_unique_values.key_columns)
        and field.attgenerated = '';
    if v_changes is null then
        return;
    end if;
    v_statement := format(
        $statement$
        update %1$s as present
        set %3$s
        from (
            select came.*
            from jsonb_array_elements($1) as element (content)
            cross join lateral jsonb_populate_record(null::%1$s, element.content) as came
        ) as came
        where %2$s
        $statement$,
        park_unique_values.source_table,
        (
            select string_agg(format('present.%1$I = came.%1$I', key.name), ' and ' order by key.place)
            from unnest(park_unique_values.key_columns) with ordinality as key (name, place)
        ),
        v_changes
    );
    -- Triggers of the table find what they find for an application.
    perform set_config(
        'search_path',
        (select own.reset_val from pg_catalog.pg_settings as own where own.name = 'search_path'),
        true
    );
    execute v_statement using keys;
end;
$$;

comment on function pgsync.park_unique_values(regclass, text[], jsonb)
is 'Takes the unique values of rows out of the way of others that are about to have them.';
