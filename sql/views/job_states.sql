-- Whether a job is still run is asked of its lock: see job_holders.
create or replace view pgsync.job_states as
select
    job.id,
    job.kind,
    job.subject,
    job.type,
    case
        when
            job.state in ('running', 'waiting')
            and coalesce(job.waits_until <= clock_timestamp(), true)
            and not exists (select from pgsync.job_holders(job.id))
            then 'interrupted'
        else job.state
    end as state,
    job.trigger,
    job.attempts,
    progress.phase,
    progress.message,
    progress.done,
    progress.expected,
    (
        select count(*)
        from pgsync.sync_failed_items as item
        where item.job = job.id and item.state <> 'resolved'
    ) as failed_items,
    job.counts,
    job.error_class,
    job.error_message,
    job.correlation_id,
    job.requested_by,
    job.requested_at,
    job.started_at,
    job.heartbeat_at,
    job.finished_at,
    coalesce(job.finished_at, job.heartbeat_at) - job.started_at as duration,
    job.cancel_requested_at,
    job.cancel_requested_by
from pgsync.sync_jobs as job
left join lateral (
    select latest.*
    from pgsync.sync_progress as latest
    where latest.job = job.id
    order by latest.updated_at desc, latest.id desc
    limit 1
) as progress on true
-- Who may see only some endpoints sees what is about them.
where
    (select pgsync.limited_endpoints()) is null
    or job.kind = 'import' and job.subject = any((select pgsync.limited_endpoints())::text[]);

comment on view pgsync.job_states
is 'The jobs with their progress; interrupted are those that nobody runs and that did not end.';

comment on column pgsync.job_states.id is 'The number of the job.';
comment on column pgsync.job_states.kind is 'The kind of operation, such as backfill.';
comment on column pgsync.job_states.subject is 'Its subject, such as a table.';
comment on column pgsync.job_states.type is 'The type within its kind, such as initial or daily.';
comment on column pgsync.job_states.state
is 'pending, running, waiting, interrupted, completed, partial, failed or cancelled.';
comment on column pgsync.job_states.trigger is 'What started it: schedule, api, cli, heal or psql.';
comment on column pgsync.job_states.attempts is 'How many sessions have run it; above 1, it was resumed.';
comment on column pgsync.job_states.phase is 'Its latest phase.';
comment on column pgsync.job_states.message is 'What it does in this phase, in words.';
comment on column pgsync.job_states.done is 'How much of this phase is done.';
comment on column pgsync.job_states.expected is 'How much there is in all, by estimate; null if unknown.';
comment on column pgsync.job_states.failed_items is 'How many of its items failed and are not resolved.';
comment on column pgsync.job_states.counts is 'What it has done, by names of its kind.';
comment on column pgsync.job_states.error_class is 'The class of the failure that ended it.';
comment on column pgsync.job_states.error_message is 'Why it failed, or failed in part.';
comment on column pgsync.job_states.correlation_id
is 'What pgsync.correlation_id was set to when it was asked for.';
comment on column pgsync.job_states.requested_by is 'The login that asked for it.';
comment on column pgsync.job_states.requested_at is 'When it was asked for.';
comment on column pgsync.job_states.started_at is 'When it was first run; null if it never was.';
comment on column pgsync.job_states.heartbeat_at is 'When whoever runs it last reported.';
comment on column pgsync.job_states.finished_at is 'When it ended; null until then.';
comment on column pgsync.job_states.duration is 'The time from its start to its end or to its last report.';
comment on column pgsync.job_states.cancel_requested_at is 'When somebody asked to cancel it.';
comment on column pgsync.job_states.cancel_requested_by is 'The login that asked to cancel it.';
