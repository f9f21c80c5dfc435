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
is 'The workers: running, silent (not heard of and not noted as lost yet), stopped or lost.';
