create or replace function pgsync.note_interruption(job bigint, error_class text, error_message text)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    -- In the order in which a step of a backfill locks them.
    perform from pgsync.sync_progress as progress where progress.job = note_interruption.job for update;
    update pgsync.sync_jobs as own
    set error_class = note_interruption.error_class, error_message = note_interruption.error_message
    where own.id = note_interruption.job and own.state in ('running', 'waiting');
end;
$$;

comment on function pgsync.note_interruption(bigint, text, text)
is 'Records why a job was interrupted; that is forgotten when it is resumed.';
