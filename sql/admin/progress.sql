-- Long work that is under way or was interrupted first, then what has ended: how far, how fast, how long yet.
set search_path to pg_catalog, pg_temp;

select
    progress.id,
    progress.job,
    progress.kind,
    progress.subject,
    progress.phase,
    progress.state,
    progress.done,
    progress.expected,
    progress.failed,
    case
        when progress.expected > 0
            then round(100.0 * least(progress.done, progress.expected) / progress.expected, 1)
    end as percent,
    progress.started_at,
    progress.updated_at,
    date_trunc('second', progress.updated_at - progress.started_at) as took,
    case
        when progress.state = 'running' and progress.done > 0
            then date_trunc(
                'second',
                (progress.updated_at - progress.started_at)
                * (greatest(progress.expected - progress.done, 0)::double precision / progress.done)
            )
    end as time_left
from pgsync.sync_progress as progress
order by progress.state <> 'running', progress.updated_at desc;
