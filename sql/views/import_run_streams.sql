create or replace view pgsync.import_run_streams as
select
    own.job,
    own.sync_id,
    run.subject as import,
    listed.stream,
    listed.place,
    case
        when progress.state is null and run.finished_at is null then 'pending'
        when progress.state is null then 'skipped'
        when progress.state = 'running' and run.state = 'waiting' then 'waiting'
        else progress.state
    end as state,
    progress.message,
    came.added + came.updated + came.unchanged + came.failed as done,
    -- What an API says of its total is no promise.
    case
        when progress.expected is not null
            then greatest(progress.expected, came.added + came.updated + came.unchanged + came.failed)
    end as expected,
    came.pages,
    came.added,
    came.updated,
    came.unchanged,
    came.failed,
    came.removed,
    progress.started_at,
    progress.finished_at
from pgsync.import_jobs as own
inner join pgsync.sync_jobs as run on own.job = run.id
inner join pgsync.import_streams as listed on run.subject = listed.import
left join pgsync.sync_progress as progress on own.job = progress.job and listed.stream = progress.phase
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
        where slice.job = own.job and slice.stream = listed.stream
    ) as came
where
    (own.streams is null or listed.stream = any(own.streams))
    and coalesce(run.subject = any((select pgsync.limited_endpoints())::text[]), true);

comment on view pgsync.import_run_streams is 'The streams of each run of an import, with how far each is.';
comment on column pgsync.import_run_streams.job is 'The job.';
comment on column pgsync.import_run_streams.sync_id is 'Its number for those who asked for it over HTTP.';
comment on column pgsync.import_run_streams.import is 'The import.';
comment on column pgsync.import_run_streams.stream is 'The stream.';
comment on column pgsync.import_run_streams.place is 'Its place in the order in which streams are read.';
comment on column pgsync.import_run_streams.state
is 'pending, running, waiting, finished, failed, cancelled, or skipped as the run ended before.';
comment on column pgsync.import_run_streams.message is 'What is done, in words.';
comment on column pgsync.import_run_streams.done is 'How many rows have come.';
comment on column pgsync.import_run_streams.expected
is 'How many there are, as the API says; null if it does not.';
comment on column pgsync.import_run_streams.pages is 'How many pages came.';
comment on column pgsync.import_run_streams.added is 'How many rows were new.';
comment on column pgsync.import_run_streams.updated is 'How many rows had changed.';
comment on column pgsync.import_run_streams.unchanged is 'How many rows were there as they came.';
comment on column pgsync.import_run_streams.failed is 'How many items failed.';
comment on column pgsync.import_run_streams.removed is 'How many rows were deleted or marked.';
comment on column pgsync.import_run_streams.started_at is 'When its first page was asked for.';
comment on column pgsync.import_run_streams.finished_at is 'When it ended.';
