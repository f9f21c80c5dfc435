create or replace function clinic.entry_of(document regclass, id bigint)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_entry bigint := pgsync.post_now(document, id::text);
begin
    -- There is nothing to post when it is posted already, and nothing to return while a change of it waits.
    if v_entry is null and not exists (
        select
        from pgsync.sync_queue as waiting
        inner join pgsync.sync_logs as change on change.id = waiting.log_id
        where change.source_table = entry_of.document and change.record_id = entry_of.id::text
    ) then
        select status.entry_ids[1]
        into v_entry
        from pgsync.sync_master_status as status
        where status.source_table = entry_of.document and status.record_id = entry_of.id::text;
    end if;
    return v_entry;
end;
$$;

comment on function clinic.entry_of(regclass, bigint)
is 'Posts what waits of a document and returns its entry; null while it is left in the queue.';

revoke all on function clinic.entry_of(regclass, bigint) from public;
