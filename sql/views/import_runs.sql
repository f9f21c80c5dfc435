create or replace view pgsync.import_runs as
select
    job.id as job,
    own.sync_id,
    job.subject as import,
    own.version,
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
    own.streams,
    own.since,
    own.until,
    own.is_dry,
    own.run_start,
    progress.phase,
    progress.message,
    came.pages,
    came.added,
    came.updated,
    came.unchanged,
    came.failed,
    came.removed,
    (
        select count(*)
        from pgsync.sync_failed_items as item
        where item.job = job.id and item.state <> 'resolved'
    ) as failed_items,
    coalesce(job.error_class, job.wait_class) as error_class,
    coalesce(job.error_message, job.wait_reason) as error_message,
    job.requested_by,
    job.requested_at,
    job.started_at,
    job.heartbeat_at,
    job.waits_until,
    job.finished_at,
    job.cancel_requested_at
from pgsync.sync_jobs as job
inner join pgsync.import_jobs as own on job.id = own.job
left join lateral (
    select latest.*
    from pgsync.sync_progress as latest
    where latest.job = job.id
    order by latest.updated_at desc, latest.id desc
    limit 1
) as progress on true
cross join
    lateral (
        select
            coalesce(sum(slice.pages), 0) as pages,
            coalesce(sum(slice.added), 0) as added,
            coalesce(sum(slice.updated), 0) as updated,
            coalesce(sum(slice.unchanged), 0) as unchanged,
            coalesce(sum(slice.failed), 0) as failed,
            coalesce(sum(slice.removed), 0) as removed
        from pgsync.import_slices as slice
        where slice.job = own.job
    ) as came
where coalesce(job.subject = any((select pgsync.limited_endpoints())::text[]), true);

comment on view pgsync.import_runs is 'The runs of imports, with what came of their rows.';
comment on column pgsync.import_runs.job is 'The job.';
comment on column pgsync.import_runs.sync_id is 'Its number for those who asked for it over HTTP.';
comment on column pgsync.import_runs.import is 'The import.';
comment on column pgsync.import_runs.version is 'The version of its definition.';
comment on column pgsync.import_runs.type is 'initial, daily, manual or retry.';
comment on column pgsync.import_runs.state is 'As in job_states; while it waits for the endpoint, waiting.';
comment on column pgsync.import_runs.trigger is 'What started it: schedule, api, cli or psql.';
comment on column pgsync.import_runs.streams is 'The streams; null for all.';
comment on column pgsync.import_runs.since is 'The beginning of the span that was asked for.';
comment on column pgsync.import_runs.until is 'The end of the span that was asked for.';
comment on column pgsync.import_runs.is_dry is 'Whether it writes nothing.';
comment on column pgsync.import_runs.run_start is 'When it first ran, by the clock of the endpoint.';
comment on column pgsync.import_runs.phase is 'The stream that it reads.';
comment on column pgsync.import_runs.message is 'What it does, in words.';
comment on column pgsync.import_runs.pages is 'How many pages came.';
comment on column pgsync.import_runs.added is 'How many rows were new.';
comment on column pgsync.import_runs.updated is 'How many rows had changed.';
comment on column pgsync.import_runs.unchanged is 'How many rows were there as they came.';
comment on column pgsync.import_runs.failed is 'How many items failed.';
comment on column pgsync.import_runs.removed is 'How many rows were deleted or marked.';
comment on column pgsync.import_runs.failed_items is 'How many of them are not resolved.';
comment on column pgsync.import_runs.error_class
is 'The class of the failure that ended it, or that it waits for.';
comment on column pgsync.import_runs.error_message is 'Why.';
comment on column pgsync.import_runs.requested_by is 'Who asked for it.';
comment on column pgsync.import_runs.requested_at is 'When.';
comment on column pgsync.import_runs.started_at is 'When it was first run.';
comment on column pgsync.import_runs.heartbeat_at is 'When whoever runs it last reported.';
comment on column pgsync.import_runs.waits_until is 'When it goes on; infinity if a person has to act.';
comment on column pgsync.import_runs.finished_at is 'When it ended.';
comment on column pgsync.import_runs.cancel_requested_at is 'When somebody asked to cancel it.';
