-- Runs with the rights of its caller, who writes the table; what it records is the owner's. Both commit
-- together, so that a page is written once, or fetched again.
create or replace function pgsync.import_pages(
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
    pages integer,
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
        import_pages.target, import_pages.key_columns, import_pages.columns, import_pages.private_columns,
        import_pages.images, import_pages.item_ids
    ) as written;
    if import_pages.sees then
        perform pgsync.add_sightings(
            import_pages.job,
            import_pages.stream,
            pgsync.image_ids(import_pages.target, import_pages.key_columns, import_pages.images)
            || array(
                -- As image_ids writes it.
                select pgsync.short_id((failure.record_id::jsonb)::text)
                from jsonb_to_recordset(import_pages.failures) as failure (record_id text)
                where failure.record_id is not null
            )
        );
    end if;
    return query
    select
        v_written.added,
        v_written.updated,
        jsonb_array_length(import_pages.failures || v_written.failures),
        pgsync.note_pages(
            import_pages.job, import_pages.stream, import_pages.slice, import_pages.pages, import_pages.next_page,
            import_pages.is_last, import_pages.finished_until, v_written.added, v_written.updated, v_written.unchanged,
            v_written.written_items, import_pages.failures || v_written.failures, import_pages.max_attempts
        );
end;
$$;

comment on function pgsync.import_pages(
    bigint, text, tstzrange, regclass, text[], text[], text[], jsonb, text[], jsonb, integer, text, boolean,
    timestamptz, boolean, integer
)
is 'Writes pages of a stream and what is recorded of them; returns what came of their rows.';
