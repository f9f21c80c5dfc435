create or replace function pgsync.capture_columns(source_table regclass)
returns table (number smallint, name text, data_type text, not_null boolean, treatment text)
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    return query
    select
        attribute.attnum,
        attribute.attname::text,
        format_type(attribute.atttypid, attribute.atttypmod),
        attribute.attnotnull,
        pgsync.capture_treatment(attribute.atttypid)
    from pg_catalog.pg_attribute as attribute
    where attribute.attrelid = capture_columns.source_table
        and attribute.attnum > 0
        and not attribute.attisdropped
    order by attribute.attnum;
end;
$$;

comment on function pgsync.capture_columns(regclass)
is 'The columns of a table, with how each is stored in an image.';
