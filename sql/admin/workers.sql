-- Who works on the queue: those that run first, then those that ended, the latest first.
set search_path to pg_catalog, pg_temp;

select
    worker.name as worker,
    worker.host,
    worker.pid as process,
    worker.version,
    worker.state,
    worker.posters,
    worker.figures ->> 'connected_posters' as connected,
    worker.figures ->> 'breaker' as breaker,
    date_trunc('second', now() - worker.heartbeat_at) as heartbeat_age,
    worker.started_at,
    worker.stopped_at,
    worker.figures ->> 'finished' as finished,
    worker.figures ->> 'failed' as failed
from pgsync.worker_states as worker
order by worker.state not in ('running', 'silent'), worker.started_at desc
limit 50;
