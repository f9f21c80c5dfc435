create or replace function pgsync.finish_job(
    job bigint,
    state text,
    counts jsonb default null,
    error_class text default null,
    error_message text default null
)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    update pgsync.sync_progress as progress
    set
        state = case
            when finish_job.state in ('completed', 'partial') then 'finished'
            else finish_job.state
        end,
        finished_at = clock_timestamp(),
        updated_at = clock_timestamp()
    where progress.job = finish_job.job and progress.state = 'running';
    update pgsync.sync_jobs as own
    set
        state = finish_job.state,
        counts = coalesce(finish_job.counts, own.counts),
        error_class = finish_job.error_class,
        error_message = finish_job.error_message,
        finished_at = clock_timestamp()
    where own.id = finish_job.job and own.finished_at is null;
end;
$$;

comment on function pgsync.finish_job(bigint, text, jsonb, text, text)
is 'Records how a job ended, and ends its progress with it.';
