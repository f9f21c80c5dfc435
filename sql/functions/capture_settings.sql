-- Each pinned setting costs every statement of the application a little, so only those are pinned that
-- could change the image of a type the table has. The time zone is not among them: see capture_frame.
create or replace function pgsync.capture_settings(source pgsync.sources)
returns text
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select concat_ws(
    E'\n',
    'set search_path = pg_catalog, pgsync, pg_temp',
    case
        when bool_or(not kind.is_calm and type.oid <> 'timestamptz'::regtype)
            then E'set datestyle = ''ISO, YMD''\nset intervalstyle = ''postgres''\nset extra_float_digits = 1\n'
                || E'set bytea_output = ''hex''\nset lc_monetary = ''C'''
    end
)
from pg_catalog.pg_attribute as attribute
inner join pg_catalog.pg_type as type on attribute.atttypid = type.oid
cross join lateral (
    select
        type.typtype = 'e'
        or type.oid = any(
            array[
                'bool', 'int2', 'int4', 'int8', 'numeric', 'text', 'varchar', 'bpchar', 'uuid', 'json', 'jsonb',
                'date', 'time', 'timestamp', 'name', 'inet', 'cidr'
            ]::regtype[]::oid[]
        ) as is_calm
) as kind
where attribute.attrelid = source.source_table
    and attribute.attnum > 0
    and not attribute.attisdropped
    and (
        source.captured_columns is null
        or attribute.attname = any(source.captured_columns)
        or attribute.attname = any(source.key_columns)
    );
$$;

comment on function pgsync.capture_settings(pgsync.sources)
is 'The settings a capture function pins, so that an image is the same whatever the session has set.';
