-- Locks are taken and released at once, whether or not the transaction commits. So the lock of a job is not
-- released when it ends, which may roll back, but when the session takes the next one.
create or replace function pgsync.hold_job(job bigint)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_held constant integer[] := pgsync.held_jobs();
begin
    perform pg_advisory_unlock_shared(1886876535 /* jobs */, known.number)
    from unnest(v_held) as known (number)
    where known.number <> hold_job.job % 2147483648
        and exists (
            select
            from pgsync.sync_jobs as ended
            where ended.id % 2147483648 = known.number and ended.finished_at is not null
        );
    if (hold_job.job % 2147483648)::integer = any(v_held) then
        return false;
    end if;
    return pg_try_advisory_lock_shared(1886876535 /* jobs */, (hold_job.job % 2147483648)::integer);
end;
$$;

comment on function pgsync.hold_job(bigint)
is 'Takes the lock that shows that this session runs a job; false if it had it, or a stranger has it.';
