-- Several sessions may hold the lock of a job, which is shared; the one that took the job ends it.
create or replace function pgsync.join_import(job bigint)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    if not exists (
        select
        from pgsync.sync_jobs as own
        where own.id = join_import.job and own.kind = 'import' and own.finished_at is null and pgsync.reaches(own.subject)
    ) then
        return false;
    end if;
    return (join_import.job % 2147483648)::integer = any(pgsync.held_jobs()) or pgsync.hold_job(join_import.job);
end;
$$;

comment on function pgsync.join_import(bigint)
is 'Lets this session fetch for a job of the kind import that another one runs; false if it has ended.';
