-- The text of a key must be that which jsonb has for it, because that is what stands in the images.
create or replace function pgsync.capture_key(source_table regclass, key_columns text[])
returns text
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select case count(*)
    when 1 then min(
        format(
            case
                when attribute.atttypid = any(
                    array['int2', 'int4', 'int8', 'text', 'varchar', 'uuid']::regtype[]::oid[]
                ) then '%I::pg_catalog.text'
                else 'pg_catalog.to_jsonb(%I) operator(pg_catalog.#>>) ''{}'''
            end,
            key.name
        )
    )
    else format(
        'case when pg_catalog.num_nulls(%1$s) operator(pg_catalog.=) 0 '
        || 'then pg_catalog.jsonb_build_array(%1$s)::pg_catalog.text end',
        string_agg(quote_ident(key.name), ', ' order by key.place)
    )
end
from unnest(capture_key.key_columns) with ordinality as key (name, place)
left join pg_catalog.pg_attribute as attribute
    on attribute.attrelid = capture_key.source_table and attribute.attname = key.name;
$$;

comment on function pgsync.capture_key(regclass, text[])
is 'The SQL expression that makes the record_id of a row, to stand in capture_rows.';
