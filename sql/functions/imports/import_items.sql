-- For items that are tried again one by one, outside of any span.
create or replace function pgsync.import_items(
    job bigint,
    stream text,
    target regclass,
    key_columns text[],
    columns text[],
    private_columns text[],
    images jsonb,
    item_ids text[],
    failures jsonb,
    gone_items text[],
    max_attempts integer default null
)
returns table (written integer, failed integer)
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_written record;
begin
    select own.*
    into v_written
    from pgsync.write_items(
        import_items.target, import_items.key_columns, import_items.columns, import_items.private_columns,
        import_items.images, import_items.item_ids
    ) as own;
    perform pgsync.note_items(
        import_items.job, import_items.stream, v_written.written_items || import_items.gone_items,
        import_items.failures || v_written.failures, import_items.max_attempts
    );
    return query
    select cardinality(v_written.written_items), jsonb_array_length(import_items.failures || v_written.failures);
end;
$$;

comment on function pgsync.import_items(
    bigint, text, regclass, text[], text[], text[], jsonb, text[], jsonb, text[], integer
)
is 'Writes items that had failed, and resolves those that are written now or gone at their origin.';
