create or replace view pgsync.schedule_states as
select
    own.name,
    own.kind,
    own.subject,
    own.type,
    own.enabled,
    own.cron,
    pgsync.cron_words(own.cron) as words,
    own.time_zone,
    own.hours_setting,
    own.too_late_after,
    own.name in (
        select ours.name
        from pgsync.default_schedules() as ours
        where
            ours.kind = own.kind
            and own.subject = 'all'
            and ours.type is not distinct from own.type
            and ours.cron = own.cron
            and own.time_zone = 'UTC'
            and ours.hours_setting is not distinct from own.hours_setting
            and own.too_late_after is null
            and own.enabled
    ) as is_default,
    own.next_run_at,
    case
        when own.next_run_at < clock_timestamp() then clock_timestamp() - own.next_run_at
    end as overdue,
    active.id as active_job,
    last.due_at as last_due_at,
    last.noted_at as last_noted_at,
    last.outcome as last_outcome,
    last.missed as last_missed,
    last.job as last_job,
    last.state as last_state,
    last.late as last_late,
    last.duration as last_duration,
    last.error_message as last_error,
    recent.runs as recent_runs,
    recent.skipped as recent_skipped,
    recent.late_share,
    recent.list as recent,
    own.created_at,
    own.created_by,
    own.updated_at,
    own.updated_by
from pgsync.sync_schedules as own
left join pgsync.sync_jobs as active
    on
        own.kind = active.kind
        and own.subject = active.subject
        and active.state in ('pending', 'running', 'waiting')
left join lateral (
    select run.*
    from pgsync.schedule_runs as run
    where run.schedule = own.name
    order by run.id desc
    limit 1
) as last on true
cross join lateral pgsync.recent_runs(own.name) as recent;

comment on view pgsync.schedule_states
is 'The schedules: when they run, how late they are, and how their last runs went.';

comment on column pgsync.schedule_states.name is 'What it is called.';
comment on column pgsync.schedule_states.kind is 'The kind of job it starts.';
comment on column pgsync.schedule_states.subject is 'The subject of that job.';
comment on column pgsync.schedule_states.type is 'The type of that job within its kind.';
comment on column pgsync.schedule_states.enabled is 'Whether it runs.';
comment on column pgsync.schedule_states.cron is 'When it runs, as a cron expression.';
comment on column pgsync.schedule_states.words is 'The same in words.';
comment on column pgsync.schedule_states.time_zone is 'Whose clocks count.';
comment on column pgsync.schedule_states.hours_setting
is 'A setting that says every how many hours; null for all that cron chooses.';
comment on column pgsync.schedule_states.too_late_after
is 'How late it may still start; null if it is never too late.';
comment on column pgsync.schedule_states.is_default is 'Whether it is as pgsync comes with it.';
comment on column pgsync.schedule_states.next_run_at
is 'The first due time that nobody has taken yet; for further ones see pgsync.next_runs.';
comment on column pgsync.schedule_states.overdue
is 'For how long that has passed, if it has: beyond some seconds, no worker leads.';
comment on column pgsync.schedule_states.active_job is 'The job of its kind and subject that has not ended.';
comment on column pgsync.schedule_states.last_due_at
is 'When its last run was due; null if a user ran it by hand.';
comment on column pgsync.schedule_states.last_noted_at is 'When its last run was started or left out.';
comment on column pgsync.schedule_states.last_outcome is 'What became of it: started, skipped or too_late.';
comment on column pgsync.schedule_states.last_missed is 'How many missed due times it stands for.';
comment on column pgsync.schedule_states.last_job is 'Its job.';
comment on column pgsync.schedule_states.last_state is 'The state of that job, as stored.';
comment on column pgsync.schedule_states.last_late is 'How long after the due time the job began.';
comment on column pgsync.schedule_states.last_duration is 'How long the job took.';
comment on column pgsync.schedule_states.last_error is 'Why the job failed.';
comment on column pgsync.schedule_states.recent_runs
is 'How many runs the next columns cover: the last 30 at most.';
comment on column pgsync.schedule_states.recent_skipped is 'How many of them were skipped.';
comment on column pgsync.schedule_states.late_share
is 'The share of them that began more than a minute late or were too late; null if none was due.';
comment on column pgsync.schedule_states.recent is 'These runs, the oldest first.';
comment on column pgsync.schedule_states.created_at is 'When it was created.';
comment on column pgsync.schedule_states.created_by is 'The login that created it.';
comment on column pgsync.schedule_states.updated_at is 'When it was last changed by a user.';
comment on column pgsync.schedule_states.updated_by is 'The login that last changed it.';
