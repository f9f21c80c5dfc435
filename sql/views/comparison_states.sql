create or replace view pgsync.comparison_states as
select
    own.name as comparison,
    own.version,
    own.applied_at,
    own.applied_by,
    schedule.next_run_at,
    latest.job,
    latest.number as run,
    ran.state,
    latest.started_at,
    latest.finished_at,
    latest.match,
    latest.health,
    latest.label
from pgsync.comparisons as own
left join lateral (
    select earlier.*
    from pgsync.compare_runs as earlier
    where earlier.comparison = own.name
    order by earlier.number desc
    limit 1
) as latest on true
left join pgsync.sync_jobs as ran on latest.job = ran.id
left join lateral (
    select min(planned.next_run_at) as next_run_at
    from pgsync.sync_schedules as planned
    where planned.kind = 'compare' and planned.subject = own.name and planned.enabled
) as schedule on true
where
    own.version = (
        select max(newer.version)
        from pgsync.comparisons as newer
        where newer.name = own.name
    );

comment on view pgsync.comparison_states is 'The comparisons in force, each with its newest run.';
comment on column pgsync.comparison_states.comparison is 'The comparison.';
comment on column pgsync.comparison_states.version is 'Its version.';
comment on column pgsync.comparison_states.applied_at is 'When it came into force.';
comment on column pgsync.comparison_states.applied_by is 'The login that applied it.';
comment on column pgsync.comparison_states.next_run_at is 'When it runs next; null without a schedule.';
comment on column pgsync.comparison_states.job is 'The job of its newest run.';
comment on column pgsync.comparison_states.run is 'Which run that was, from 1.';
comment on column pgsync.comparison_states.state is 'The state of that job.';
comment on column pgsync.comparison_states.started_at is 'When it began.';
comment on column pgsync.comparison_states.finished_at is 'When it was done.';
comment on column pgsync.comparison_states.match
is 'How much is the same, in percent; null if nothing was compared.';
comment on column pgsync.comparison_states.health is 'The match less the costs.';
comment on column pgsync.comparison_states.label is 'excellent, good, fair or poor.';
