create or replace function pgsync.note_interruption(job bigint, error_class text, error_message text)
returns integer
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_errors integer;
begin
    -- In the order in which a step of a backfill locks them.
    perform from pgsync.sync_progress as progress where progress.job = note_interruption.job for update;
    update pgsync.sync_jobs as own
    set
        error_class = note_interruption.error_class,
        error_message = note_interruption.error_message,
        passing_errors = own.passing_errors + 1
    where own.id = note_interruption.job and own.state in ('running', 'waiting')
    returning own.passing_errors into v_errors;
    return v_errors;
end;
$$;

comment on function pgsync.note_interruption(bigint, text, text)
is 'Records why a job was interrupted, until it is resumed; how often that was since it last made progress.';
