-- A worker that lives by its lock is whichever session holds it. One behind a pooler has no such session;
-- only its login identifies it.
create or replace function pgsync.is_own_worker(worker pgsync.sync_workers)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
select worker.started_by = session_user
    and (worker.lives_by = 'heartbeat' or pgsync.has_lock(1886876533 /* workers */, worker.id));
$$;

comment on function pgsync.is_own_worker(pgsync.sync_workers)
is 'Whether this session may act for a worker: its login started it, and it holds its lock, if any.';
