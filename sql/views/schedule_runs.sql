create or replace view pgsync.schedule_runs as
select
    run.id,
    run.schedule,
    run.due_at,
    run.due_at is null as by_hand,
    run.missed,
    run.outcome,
    run.job,
    job.state,
    job.started_at,
    case
        when job.started_at > run.due_at then job.started_at - run.due_at
        when run.due_at is not null and job.started_at is not null then interval '0'
    end as late,
    coalesce(job.finished_at, job.heartbeat_at) - job.started_at as duration,
    job.error_class,
    job.error_message,
    run.noted_at,
    run.noted_by
from pgsync.sync_schedule_runs as run
left join pgsync.sync_jobs as job on run.job = job.id and run.outcome = 'started';

comment on view pgsync.schedule_runs
is 'What became of the due times of schedules, with the jobs that they started.';

comment on column pgsync.schedule_runs.id is 'The number of the run.';
comment on column pgsync.schedule_runs.schedule is 'The schedule.';
comment on column pgsync.schedule_runs.due_at is 'When it was due; null if a user ran it by hand.';
comment on column pgsync.schedule_runs.by_hand is 'Whether a user ran it by hand.';
comment on column pgsync.schedule_runs.missed
is 'How many earlier due times nobody took: it stands for them, too; a lower bound above 1000.';
comment on column pgsync.schedule_runs.outcome
is 'started, skipped (a job of its kind and subject was still active) or too_late.';
comment on column pgsync.schedule_runs.job
is 'The job it started, or the active one for which it was skipped.';
comment on column pgsync.schedule_runs.state
is 'The state of the job it started, as stored: running may be interrupted, see pgsync.job_states.';
comment on column pgsync.schedule_runs.started_at is 'When that job began.';
comment on column pgsync.schedule_runs.late is 'How long after the due time it began.';
comment on column pgsync.schedule_runs.duration
is 'The time from its start to its end or to its last report.';
comment on column pgsync.schedule_runs.error_class is 'The class of the failure of that job.';
comment on column pgsync.schedule_runs.error_message is 'Why that job failed.';
comment on column pgsync.schedule_runs.noted_at is 'When that was decided.';
comment on column pgsync.schedule_runs.noted_by is 'The login that decided it.';
