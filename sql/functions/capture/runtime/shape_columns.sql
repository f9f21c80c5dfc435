-- A column keeps its number when it is renamed, so it is found by number. A restored table has no gaps for
-- dropped columns: then numbers are missing although every name exists, in the same order, and the names are
-- right.
create or replace function pgsync.shape_columns(source_table regclass, shape jsonb)
returns table (
    name text, data_type text, column_name text, present_number smallint, present_name text, present_type text
)
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    return query
    with before as materialized (
        select
            described.number::smallint as number,
            described.content ->> 'name' as name,
            described.content ->> 'type' as type,
            coalesce(described.content ->> 'column', described.content ->> 'name') as column_name
        from jsonb_each(shape_columns.shape) as described (number, content)
    ),
    present as materialized (
        select
            attribute.attnum as number,
            attribute.attname::text as name,
            format_type(attribute.atttypid, attribute.atttypmod) as type
        from pg_catalog.pg_attribute as attribute
        where attribute.attrelid = shape_columns.source_table and attribute.attnum > 0 and not attribute.attisdropped
    ),
    restored as materialized (
        select
            (select max(before.number) from before) > (select max(present.number) from present)
            and (select array_agg(before.column_name order by before.number) from before) = (
                select array_agg(present.name order by present.number)
                from present
                where present.name in (select before.column_name from before)
            ) as is_true
    )
    select before.name, before.type, before.column_name, present.number, present.name, present.type
    from before
    cross join restored
    left join present
        on case when restored.is_true then present.name = before.column_name else present.number = before.number end
    order by before.number;
end;
$$;

comment on function pgsync.shape_columns(regclass, jsonb)
is 'The columns a table had when it was attached, and what they are now; name is the one in images.';
