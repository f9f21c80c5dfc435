create or replace function pgsync.is_included(change pgsync.sync_logs, backfilled pgsync.sync_logs)
returns boolean
language sql
immutable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select pg_visible_in_snapshot(change.captured_xid, backfilled.snapshot);
$$;

comment on function pgsync.is_included(pgsync.sync_logs, pgsync.sync_logs)
is 'Whether a row read by a backfill already includes a change of the same record; if not, it came later.';
