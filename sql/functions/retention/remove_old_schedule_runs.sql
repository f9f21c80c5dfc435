create or replace function pgsync.remove_old_schedule_runs(
    before timestamptz,
    row_limit integer,
    out removed bigint,
    out has_more boolean
)
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    delete from pgsync.sync_schedule_runs as own
    where own.id in (
        select old.id
        from pgsync.sync_schedule_runs as old
        where old.noted_at < remove_old_schedule_runs.before
        limit remove_old_schedule_runs.row_limit
        for update skip locked
    );
    get diagnostics removed = row_count;
    has_more := removed = row_limit;
end;
$$;

comment on function pgsync.remove_old_schedule_runs(timestamptz, integer)
is 'Removes runs of schedules that were noted before a time.';
