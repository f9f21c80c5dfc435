-- A job that keeps losing its session is taken less and less often: it may be what ends the session.
create or replace function pgsync.take_job(kinds text[])
returns table (job bigint, kind text, subject text, type text, attempts integer)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_job bigint;
begin
    for v_job in select runnable.job from pgsync.runnable_jobs(take_job.kinds) as runnable order by runnable.job loop
        return query select taken.* from pgsync.resume_job(v_job) as taken;
        if found then
            return;
        end if;
    end loop;
end;
$$;

comment on function pgsync.take_job(text[])
is 'Begins or resumes in this session the oldest job of these kinds that nobody runs, if there is one.';
