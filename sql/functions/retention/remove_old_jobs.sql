create or replace function pgsync.remove_old_jobs(
    before timestamptz,
    row_limit integer,
    out removed bigint,
    out has_more boolean
)
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    delete from pgsync.sync_jobs as own
    where own.id in (
        select old.id
        from pgsync.sync_jobs as old
        where old.finished_at < remove_old_jobs.before
        limit remove_old_jobs.row_limit
        for update skip locked
    );
    get diagnostics removed = row_count;
    has_more := removed = row_limit;
end;
$$;

comment on function pgsync.remove_old_jobs(timestamptz, integer)
is 'Removes jobs that ended before a time, with their progress; failed items that are open stay.';
