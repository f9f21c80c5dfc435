-- Whether a worker lives is asked of its lock, as the housekeeper does, but without touching it.
create or replace view pgsync.worker_states as
select
    worker.id,
    worker.name,
    worker.host,
    worker.pid,
    worker.version,
    worker.posters,
    case
        when worker.state <> 'running' then worker.state
        when
            case worker.lives_by
                when 'lock'
                    then pgsync.holds_its_lock(worker.id)
                else
                    worker.heartbeat_at > now() - make_interval(
                        secs => greatest(
                            10 * pgsync.configuration_number('worker_heartbeat_seconds'), 30
                        )::double precision
                    )
            end
            then 'running'
        else 'silent'
    end as state,
    worker.started_at,
    worker.heartbeat_at,
    worker.stopped_at,
    worker.figures
from pgsync.sync_workers as worker;

comment on view pgsync.worker_states
is 'The workers: running, silent (no heartbeat, but not yet marked as lost), stopped or lost.';

comment on column pgsync.worker_states.id is 'The number of the worker.';
comment on column pgsync.worker_states.name is 'Its name in the audit log.';
comment on column pgsync.worker_states.host is 'The machine it runs on.';
comment on column pgsync.worker_states.pid is 'Its process id on that host.';
comment on column pgsync.worker_states.version is 'Its version of pgsync.';
comment on column pgsync.worker_states.posters is 'How many connections it posts with.';
comment on column pgsync.worker_states.state
is 'running, silent (no heartbeat, but not yet marked as lost), stopped or lost.';
comment on column pgsync.worker_states.started_at is 'When it started.';
comment on column pgsync.worker_states.heartbeat_at is 'When it last reported.';
comment on column pgsync.worker_states.stopped_at
is 'When it stopped or was marked as lost; null while it runs.';
comment on column pgsync.worker_states.figures is 'Its counters since it started.';
