create or replace function pgsync.note_items(
    job bigint,
    stream text,
    written_items text[],
    failures jsonb,
    max_attempts integer default null
)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_import constant text := (select own.subject from pgsync.sync_jobs as own where own.id = note_items.job);
begin
    if not (note_items.job % 2147483648)::integer = any(pgsync.held_jobs()) then
        raise exception 'this session does not run job %', note_items.job
            using errcode = 'object_not_in_prerequisite_state';
    end if;
    -- Most pages have no such item, and most imports none at all.
    if exists (
        select
        from pgsync.sync_failed_items as item
        where item.kind = 'import' and item.subject = v_import and item.state <> 'resolved'
    ) then
        perform pgsync.settle_failed_item(item.id, 'a good version came')
        from pgsync.sync_failed_items as item
        inner join unnest(note_items.written_items) as written (item_id)
            on item.item_id = pgsync.short_id(note_items.stream || ' ' || written.item_id)
        where item.kind = 'import' and item.subject = v_import and item.state <> 'resolved';
    end if;
    perform pgsync.put_failed_item(
        note_items.job, note_items.stream || ' ' || failure.item_id, failure.error_class, failure.error_message,
        failure.payload, failure.error_column, note_items.max_attempts
    )
    from jsonb_to_recordset(note_items.failures)
        as failure (item_id text, error_class text, error_message text, error_column text, payload jsonb);
end;
$$;

comment on function pgsync.note_items(bigint, text, text[], jsonb, integer)
is 'Resolves the failed items of a stream that were written now, and records those that failed.';
