-- Long operations are jobs: who asked for one and why, whether somebody runs it, how it ended, and which of
-- its items failed. Backfills are the first kind; those of earlier versions become jobs here.
create table pgsync.sync_jobs (
    id bigint generated always as identity,
    kind text not null,
    subject text not null,
    type text,
    state text not null default 'pending',
    trigger text,
    attempts integer not null default 0,
    counts jsonb not null default '{}',
    error_class text,
    error_message text,
    correlation_id text,
    requested_by text not null default session_user,
    requested_at timestamptz not null default clock_timestamp(),
    started_at timestamptz,
    heartbeat_at timestamptz,
    finished_at timestamptz,
    cancel_requested_at timestamptz,
    cancel_requested_by text,
    constraint sync_jobs_pkey primary key (id),
    constraint kind_is_a_word check (kind ~ '^[a-z][a-z_]{0,62}$'),
    constraint subject_is_short check (octet_length(subject) <= 300),
    constraint state_is_known check (
        state in ('pending', 'running', 'waiting', 'completed', 'partial', 'failed', 'cancelled')
    ),
    constraint trigger_is_known check (trigger in ('schedule', 'api', 'cli', 'heal', 'psql')),
    constraint attempts_tell_a_start check ((attempts > 0) = (started_at is not null) and attempts >= 0),
    constraint started_at_tells_a_start check (
        case state
            when 'pending' then started_at is null
            when 'cancelled' then true
            else started_at is not null
        end
    ),
    constraint heartbeat_at_comes_with_a_start check ((heartbeat_at is null) = (started_at is null)),
    constraint finished_at_tells_the_end check (
        (state in ('completed', 'partial', 'failed', 'cancelled')) = (finished_at is not null)
    ),
    constraint only_failures_have_an_error check (
        case state
            when 'failed' then error_message is not null
            when 'partial' then true
            else error_class is null and error_message is null
        end
    ),
    constraint cancel_request_is_whole check ((cancel_requested_at is null) = (cancel_requested_by is null)),
    constraint counts_are_an_object check (jsonb_typeof(counts) = 'object')
);

create unique index one_active_job_per_subject on pgsync.sync_jobs (kind, subject)
where state in ('pending', 'running', 'waiting');
create index sync_jobs_requested_at on pgsync.sync_jobs (requested_at);

comment on table pgsync.sync_jobs
is 'Long operations, one row each. View job_states adds which of them were interrupted, and their progress.';
comment on column pgsync.sync_jobs.kind is 'The kind of operation, such as backfill.';
comment on column pgsync.sync_jobs.subject
is 'Its subject, such as a table; one job of a kind and subject is active at a time.';
comment on column pgsync.sync_jobs.type
is 'The type within its kind, such as initial or daily; null if there is only one.';
comment on column pgsync.sync_jobs.state
is 'pending, running, waiting (for another system or a time), completed, partial, failed or cancelled.';
comment on column pgsync.sync_jobs.trigger
is 'What started it: schedule, api, cli, heal or psql; null if it is older than the list of jobs.';
comment on column pgsync.sync_jobs.attempts is 'How many sessions have run it; above 1, it was resumed.';
comment on column pgsync.sync_jobs.counts is 'What it has done, by names of its kind.';
comment on column pgsync.sync_jobs.error_class is 'The class of the failure that ended it.';
comment on column pgsync.sync_jobs.error_message is 'Why it failed, or failed in part.';
comment on column pgsync.sync_jobs.correlation_id
is 'What pgsync.correlation_id was set to when it was asked for.';
comment on column pgsync.sync_jobs.requested_by is 'The login that asked for it.';
comment on column pgsync.sync_jobs.requested_at is 'When it was asked for.';
comment on column pgsync.sync_jobs.started_at is 'When it was first run; null while it is pending.';
comment on column pgsync.sync_jobs.heartbeat_at is 'When whoever runs it last reported.';
comment on column pgsync.sync_jobs.finished_at is 'When it ended; null until then.';
comment on column pgsync.sync_jobs.cancel_requested_at is 'When somebody asked to cancel it.';
comment on column pgsync.sync_jobs.cancel_requested_by is 'The login that asked to cancel it.';

alter table pgsync.sync_progress
add column job bigint
-- squawk-ignore adding-foreign-key-constraint
constraint sync_progress_job_fkey references pgsync.sync_jobs (id) on delete cascade,
add column phase text constraint phase_is_short check (octet_length(phase) <= 100),
add column message text,
add column failed bigint not null default 0 constraint failed_is_not_negative check (failed >= 0);
-- squawk-ignore ban-drop-constraint
alter table pgsync.sync_progress drop constraint state_is_known;
-- squawk-ignore constraint-missing-not-valid
alter table pgsync.sync_progress add constraint state_is_known
check (state in ('running', 'finished', 'cancelled', 'failed'));

comment on table pgsync.sync_progress
is 'The progress of long operations, and where to continue; each phase of a job has a row.';
comment on column pgsync.sync_progress.state is 'running, finished, cancelled or failed.';
comment on column pgsync.sync_progress.job is 'The job; null for a TRUNCATE that is posted in steps.';
comment on column pgsync.sync_progress.phase is 'The phase of the job.';
comment on column pgsync.sync_progress.message is 'What the job is doing, in words.';
comment on column pgsync.sync_progress.failed is 'How many items failed in this phase.';

-- Jobs are numbered in the order in which they began.
insert into pgsync.sync_jobs (
    kind, subject, state, attempts, counts, requested_by, requested_at, started_at, heartbeat_at, finished_at
)
select
    progress.kind,
    progress.subject,
    case progress.state when 'finished' then 'completed' else progress.state end as state,
    1 as attempts,
    jsonb_build_object('rows', progress.done) as counts,
    progress.started_by,
    progress.started_at as requested_at,
    progress.started_at,
    progress.updated_at,
    progress.finished_at
from pgsync.sync_progress as progress
where progress.kind = 'backfill'
order by progress.id;

update pgsync.sync_progress as progress
set job = numbered.job, phase = case when progress.position ? 'gone' then 'deleted' else 'rows' end
from (
    select
        backfill.id,
        row_number() over (order by backfill.id) as job
    from pgsync.sync_progress as backfill
    where backfill.kind = 'backfill'
) as numbered
where progress.id = numbered.id;

-- squawk-ignore require-concurrent-index-creation
create unique index one_row_per_phase on pgsync.sync_progress (job, phase) where job is not null;

create table pgsync.sync_failed_items (
    id bigint generated always as identity,
    job bigint,
    kind text not null,
    subject text not null,
    item_id text not null,
    payload jsonb,
    error_class text not null,
    error_message text not null,
    error_column text,
    attempts integer not null default 1,
    max_attempts integer not null,
    next_attempt_at timestamptz,
    state text not null default 'open',
    first_seen_at timestamptz not null default clock_timestamp(),
    last_seen_at timestamptz not null default clock_timestamp(),
    resolved_at timestamptz,
    resolved_by text,
    resolution text,
    constraint sync_failed_items_pkey primary key (id),
    constraint sync_failed_items_job_fkey foreign key (job)
    references pgsync.sync_jobs (id) on delete set null,
    constraint state_is_known check (state in ('open', 'resolved', 'given_up')),
    constraint item_id_is_short check (octet_length(item_id) <= 2100),
    constraint attempts_are_positive check (attempts > 0 and max_attempts > 0),
    constraint attempts_are_left check (state <> 'open' or attempts < max_attempts),
    constraint only_open_ones_have_a_next_attempt check ((state = 'open') = (next_attempt_at is not null)),
    constraint resolution_is_whole check (
        (state = 'resolved') = (resolved_at is not null)
        and (state = 'resolved') = (resolved_by is not null)
        and (state = 'resolved') = (resolution is not null)
    )
);

create unique index one_open_failure_per_item on pgsync.sync_failed_items (kind, subject, item_id)
where state = 'open';
create index sync_failed_items_job on pgsync.sync_failed_items (job) where job is not null;
create index sync_failed_items_next_attempt_at on pgsync.sync_failed_items (next_attempt_at)
where state = 'open';

comment on table pgsync.sync_failed_items is 'Items that jobs could not do, and what became of each.';
comment on column pgsync.sync_failed_items.job is 'The job in which it last failed.';
comment on column pgsync.sync_failed_items.kind is 'The kind of that job.';
comment on column pgsync.sync_failed_items.subject is 'The subject of that job.';
comment on column pgsync.sync_failed_items.item_id
is 'What identifies the item, as pgsync.short_id keeps it; it is open once for each kind and subject.';
comment on column pgsync.sync_failed_items.payload is 'What is needed to try it again.';
comment on column pgsync.sync_failed_items.error_class is 'The class of its last failure.';
comment on column pgsync.sync_failed_items.error_message is 'The message of its last failure.';
comment on column pgsync.sync_failed_items.error_column is 'The column that failed.';
comment on column pgsync.sync_failed_items.attempts is 'How many times it has failed.';
comment on column pgsync.sync_failed_items.max_attempts is 'After how many failures it is given up.';
comment on column pgsync.sync_failed_items.next_attempt_at is 'When to try it again; null unless it is open.';
comment on column pgsync.sync_failed_items.state
is 'open (to be tried again), given_up (needs a person) or resolved.';
comment on column pgsync.sync_failed_items.first_seen_at is 'When it first failed.';
comment on column pgsync.sync_failed_items.last_seen_at is 'When it last failed.';
comment on column pgsync.sync_failed_items.resolved_at is 'When it was resolved.';
comment on column pgsync.sync_failed_items.resolved_by is 'The login that resolved it.';
comment on column pgsync.sync_failed_items.resolution is 'How it was resolved.';

revoke all on table pgsync.sync_jobs, pgsync.sync_failed_items from public;
revoke all on sequence pgsync.sync_jobs_id_seq, pgsync.sync_failed_items_id_seq from public;
