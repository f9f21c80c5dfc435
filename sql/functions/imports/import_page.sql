-- Runs with the rights of its caller, who writes the table; what it records is the owner's. Both commit
-- together, so that a page is written once, or fetched again.
create or replace function pgsync.import_page(
    job bigint,
    stream text,
    slice tstzrange,
    target regclass,
    key_columns text[],
    columns text[],
    private_columns text[],
    images jsonb,
    item_ids text[],
    failures jsonb,
    next_page text,
    is_last boolean,
    finished_until timestamptz,
    sees boolean default false,
    max_attempts integer default null
)
returns table (added bigint, updated bigint, failed integer, continues boolean)
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_written record;
begin
    select written.*
    into v_written
    from pgsync.write_items(
        import_page.target, import_page.key_columns, import_page.columns, import_page.private_columns,
        import_page.images, import_page.item_ids
    ) as written;
    if import_page.sees then
        perform pgsync.add_sightings(
            import_page.job,
            import_page.stream,
            pgsync.image_ids(import_page.target, import_page.key_columns, import_page.images)
            || array(
                -- As image_ids writes it.
                select pgsync.short_id((failure.record_id::jsonb)::text)
                from jsonb_to_recordset(import_page.failures) as failure (record_id text)
                where failure.record_id is not null
            )
        );
    end if;
    return query
    select
        v_written.added,
        v_written.updated,
        jsonb_array_length(import_page.failures || v_written.failures),
        pgsync.note_page(
            import_page.job, import_page.stream, import_page.slice, import_page.next_page, import_page.is_last,
            import_page.finished_until, v_written.added, v_written.updated, v_written.unchanged,
            v_written.written_items, import_page.failures || v_written.failures, import_page.max_attempts
        );
end;
$$;

comment on function pgsync.import_page(
    bigint, text, tstzrange, regclass, text[], text[], text[], jsonb, text[], jsonb, text, boolean,
    timestamptz, boolean, integer
)
is 'Writes a page of a stream and what is recorded of it; returns what came of its rows, whether to go on.';
