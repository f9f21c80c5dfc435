create or replace function pgsync.remove_old_failed_items(
    before timestamptz,
    row_limit integer,
    out removed bigint,
    out has_more boolean
)
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    delete from pgsync.sync_failed_items as own
    where own.id in (
        select old.id
        from pgsync.sync_failed_items as old
        where old.state <> 'open' and coalesce(old.resolved_at, old.last_seen_at) < remove_old_failed_items.before
        limit remove_old_failed_items.row_limit
        for update skip locked
    );
    get diagnostics removed = row_count;
    has_more := removed = row_limit;
end;
$$;

comment on function pgsync.remove_old_failed_items(timestamptz, integer)
is 'Removes failed items that were resolved or given up before a time.';
