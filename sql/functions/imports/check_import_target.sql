create or replace function pgsync.check_import_target(
    stream text,
    target text,
    key_columns text[],
    columns text[],
    marks text default null
)
returns oid
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_table constant regclass := to_regclass(check_import_target.target);
    v_missing text;
begin
    if v_table is null then
        raise exception 'stream %: there is no table %', check_import_target.stream, check_import_target.target
            using errcode = 'undefined_table', hint = 'Create it first, with a unique key.';
    elsif exists (
        select
        from pg_catalog.pg_class as own
        inner join pg_catalog.pg_namespace as space on own.relnamespace = space.oid
        where own.oid = v_table and space.nspname in ('pgsync', 'pgsync_read', 'ledger', 'pg_catalog')
    ) then
        raise exception 'stream %: % is not for imports', check_import_target.stream, v_table
            using errcode = 'invalid_parameter_value';
    end if;
    select string_agg(named.name, ', ')
    into v_missing
    from unnest(check_import_target.columns || check_import_target.marks) as named (name)
    where named.name is not null
        and not exists (
            select
            from pg_catalog.pg_attribute as attribute
            where attribute.attrelid = v_table
                and attribute.attname = named.name
                and attribute.attnum > 0
                and not attribute.attisdropped
                and attribute.attgenerated = ''
        );
    if v_missing is not null then
        raise exception 'stream %: % has no column %', check_import_target.stream, v_table, v_missing
            using errcode = 'undefined_column',
            hint = 'A generated column cannot be imported.';
    elsif not exists (
        select
        from pg_catalog.pg_index as index
        where index.indrelid = v_table
            and index.indisunique
            and index.indimmediate
            and index.indisvalid
            and index.indpred is null
            and index.indexprs is null
            and (
                select array_agg(attribute.attname::text order by attribute.attname collate "C")
                from unnest(index.indkey::smallint[]) with ordinality as part (number, place)
                inner join pg_catalog.pg_attribute as attribute
                    on attribute.attrelid = v_table and attribute.attnum = part.number
                where part.place <= index.indnkeyatts
            ) = (select array_agg(key.name order by key.name collate "C") from unnest(check_import_target.key_columns) as key (name))
    ) then
        raise exception 'stream %: % has no unique key of %',
            check_import_target.stream, v_table, array_to_string(check_import_target.key_columns, ', ')
            using errcode = 'invalid_parameter_value',
            hint = format(
                'alter table %s add unique (%s);', v_table,
                array_to_string(check_import_target.key_columns, ', ')
            );
    end if;
    return v_table::oid;
end;
$$;

comment on function pgsync.check_import_target(text, text, text[], text[], text)
is 'The table of a stream; an error unless it can take its rows: all columns, and a unique key of its key.';
