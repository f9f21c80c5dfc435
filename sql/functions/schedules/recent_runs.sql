create or replace function pgsync.recent_runs(
    schedule text,
    out runs bigint,
    out skipped bigint,
    out late_share numeric,
    out list jsonb
)
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
set jit = off
as $$
with recent as (
    select run.*
    from pgsync.schedule_runs as run
    where run.schedule = recent_runs.schedule
    order by run.id desc
    limit 30
)

select
    count(*),
    count(*) filter (where run.outcome = 'skipped'),
    round(
        count(*) filter (where run.outcome = 'too_late' or run.late > interval '1 minute')::numeric
        / nullif(count(*) filter (where run.outcome = 'too_late' or run.late is not null), 0),
        3
    ),
    coalesce(
        jsonb_agg(
            jsonb_build_object(
                'due_at', run.due_at,
                'outcome', run.outcome,
                'missed', run.missed,
                'job', run.job,
                'state', run.state,
                'seconds', extract(epoch from run.duration),
                'late_seconds', extract(epoch from run.late)
            )
            order by run.id
        ),
        '[]'
    )
from recent as run;
$$;

comment on function pgsync.recent_runs(text)
is 'The last 30 runs of a schedule: how many were skipped, which share was late, and a list.';
