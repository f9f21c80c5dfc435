-- Others leave such a job alone for a minute. Whoever takes it then lets it wait for its key, and the process
-- that has it after all goes on.
create or replace function pgsync.take_given_job(id bigint)
returns table (job bigint, kind text, subject text, type text, attempts integer)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    return query
    select taken.*
    from pgsync.sync_jobs as active
    inner join pgsync.import_jobs as asked on active.id = asked.job and asked.holds_key
    cross join lateral pgsync.resume_job(active.id, coalesce(active.wait_class = 'auth.key_gone', false)) as taken
    where active.id = take_given_job.id
        and active.state in ('pending', 'running', 'waiting')
        and (coalesce(active.waits_until <= clock_timestamp(), true) or active.wait_class = 'auth.key_gone')
        and (
            active.attempts < 2
            or active.heartbeat_at + least(interval '1 second' * 2 ^ least(active.attempts, 20), interval '1 hour')
            < clock_timestamp()
        );
end;
$$;

comment on function pgsync.take_given_job(bigint)
is 'Begins or resumes in this session a job whose secret came with its request, if it may be run now.';
