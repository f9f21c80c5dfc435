create or replace function pgsync.remove_old_progress(
    before timestamptz,
    row_limit integer,
    out removed bigint,
    out has_more boolean
)
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    delete from pgsync.sync_progress as own
    where own.id in (
        select old.id
        from pgsync.sync_progress as old
        where old.job is null and old.finished_at < remove_old_progress.before
        limit remove_old_progress.row_limit
        for update skip locked
    );
    get diagnostics removed = row_count;
    has_more := removed = row_limit;
end;
$$;

comment on function pgsync.remove_old_progress(timestamptz, integer)
is 'Removes the progress of work that has no job and ended before a time; that of jobs goes with them.';
