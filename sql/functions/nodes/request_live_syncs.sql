create or replace function pgsync.request_live_syncs()
returns void
language sql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
select pgsync.request_job('sync', own.endpoint, 'live', 'schedule')
from pgsync.masters as own
where own.is_live
    and not exists (
        select
        from pgsync.sync_jobs as active
        where active.kind = 'sync'
            and active.subject = own.endpoint
            and active.state in ('pending', 'running', 'waiting')
    );
$$;

comment on function pgsync.request_live_syncs()
is 'Asks for the exchanges that go on without an end, where they do not.';
