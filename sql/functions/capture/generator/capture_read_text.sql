-- What the reader gives as the text of a value is made here what the image has: see capture_treatment.
create or replace function pgsync.capture_read_text(source pgsync.sources)
returns text
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select format(
    $template$
#variable_conflict use_column
declare
    -- After a restore, tables have other numbers.
    v_root constant pg_catalog.oid := (
        select source.source_table::pg_catalog.oid
        from pgsync.sources as source
        where source.function_name operator(pg_catalog.=) %1$L
            -- Until attach has looked at the reader, nothing is read by it.
            and source.function_checksum operator(pg_catalog.<>) ''
    );
begin
    if v_root is null then
        raise exception 'attach is not done' using errcode = 'object_not_in_prerequisite_state';
    end if;
    perform pgsync.check_reader(%3$L);
    return query
    select read.record_id, read.content%2$s, read.key
    from pgsync_read.%3$I(
        v_root, v_root operator(pg_catalog.<>) '%4$s', %5$L::pg_catalog.jsonb, $1, $2, $3
    ) as read;
end;
$template$,
    source.function_name,
    string_agg(
        format(
            ' operator(pg_catalog.||) pg_catalog.jsonb_build_object(%1$L, '
            || 'pgsync.special_value(read.content operator(pg_catalog.->) %1$L, null::pg_catalog.%2$I))',
            captured.name,
            type.typname
        ),
        '' order by captured.number
    ) filter (where captured.treatment in ('special', 'json')),
    source.reader,
    source.source_table::oid,
    jsonb_build_object(
        'columns', jsonb_agg(
            jsonb_build_object(
                'number', captured.number,
                'column', captured.column_name,
                'name', captured.name,
                'as_text', captured.treatment <> 'plain'
            )
            order by captured.number
        ),
        'key', to_jsonb(source.key_columns),
        'key_is_text', pgsync.capture_key(source, '%I') like 'pg\_catalog.concat(%'
    )
)
from pgsync.captured_columns(source) as captured
inner join pg_catalog.pg_type as type on type.oid = captured.base_type;
$$;

comment on function pgsync.capture_read_text(pgsync.sources)
is 'The body of the function that reads rows of a source, as capture sees them.';
