-- Schedules start jobs at times of the clock; what became of each due time is kept.
create table pgsync.sync_schedules (
    name text not null,
    kind text not null,
    subject text not null default 'all',
    type text,
    cron text not null,
    time_zone text not null default 'UTC',
    hours_setting text,
    too_late_after interval,
    enabled boolean not null default true,
    next_run_at timestamptz,
    created_at timestamptz not null default clock_timestamp(),
    created_by text not null default session_user,
    updated_at timestamptz,
    updated_by text,
    constraint sync_schedules_pkey primary key (name),
    constraint name_is_a_word check (name ~ '^[a-z][a-z0-9_-]{0,62}$'),
    constraint kind_is_a_word check (kind ~ '^[a-z][a-z_]{0,62}$'),
    constraint subject_is_short check (octet_length(subject) <= 300),
    constraint too_late_after_is_positive check (too_late_after > interval '0'),
    constraint only_enabled_ones_have_a_next_run check (enabled or next_run_at is null)
);

comment on table pgsync.sync_schedules is 'What runs when: jobs that start at times of the clock.';
comment on column pgsync.sync_schedules.name is 'What it is called.';
comment on column pgsync.sync_schedules.kind is 'The kind of job it starts: see pgsync.job_kinds.';
comment on column pgsync.sync_schedules.subject is 'The subject of that job.';
comment on column pgsync.sync_schedules.type is 'The type of that job within its kind.';
comment on column pgsync.sync_schedules.cron is 'When it runs, as a cron expression: see pgsync.cron_words.';
comment on column pgsync.sync_schedules.time_zone is 'Whose clocks count.';
comment on column pgsync.sync_schedules.hours_setting
is 'A setting that says every how many hours, counted from 1970 in UTC; cron chooses times in those hours.';
comment on column pgsync.sync_schedules.too_late_after
is 'How late it may still start; later, the run is left out. Null if it is never too late.';
comment on column pgsync.sync_schedules.enabled is 'Whether it runs.';
comment on column pgsync.sync_schedules.next_run_at
is 'The first due time that nobody has taken yet; null if disabled, or until the leader has seen it.';
comment on column pgsync.sync_schedules.created_at is 'When it was created.';
comment on column pgsync.sync_schedules.created_by
is 'The login that created it; that of the migration for those of pgsync.';
comment on column pgsync.sync_schedules.updated_at is 'When it was last changed by a user; null if never.';
comment on column pgsync.sync_schedules.updated_by is 'The login that last changed it.';

create table pgsync.sync_schedule_runs (
    id bigint generated always as identity,
    schedule text not null,
    due_at timestamptz,
    missed integer not null default 0,
    outcome text not null,
    job bigint,
    noted_at timestamptz not null default clock_timestamp(),
    noted_by text not null default session_user,
    constraint sync_schedule_runs_pkey primary key (id),
    constraint sync_schedule_runs_schedule_fkey foreign key (schedule)
    references pgsync.sync_schedules (name) on delete cascade,
    constraint sync_schedule_runs_job_fkey foreign key (job)
    references pgsync.sync_jobs (id) on delete set null,
    constraint outcome_is_known check (outcome in ('started', 'skipped', 'too_late')),
    constraint missed_is_not_negative check (missed >= 0)
);

create index sync_schedule_runs_schedule on pgsync.sync_schedule_runs (schedule, id);
create index sync_schedule_runs_job on pgsync.sync_schedule_runs (job) where job is not null;

comment on table pgsync.sync_schedule_runs is 'What became of the due times of schedules, and runs by hand.';
comment on column pgsync.sync_schedule_runs.schedule is 'The schedule.';
comment on column pgsync.sync_schedule_runs.due_at is 'When it was due; null if a user ran it by hand.';
comment on column pgsync.sync_schedule_runs.missed
is 'How many earlier due times nobody took; this run stands for them, too.';
comment on column pgsync.sync_schedule_runs.outcome
is 'started, skipped (a job of its kind and subject was still active) or too_late.';
comment on column pgsync.sync_schedule_runs.job
is 'The job it started, or the active one for which it was skipped; null once that is removed.';
comment on column pgsync.sync_schedule_runs.noted_at is 'When that was decided.';
comment on column pgsync.sync_schedule_runs.noted_by
is 'The login that decided it: of the leader, or of who ran it by hand.';

-- Operations that exist; later migrations add the schedules of later ones.
insert into pgsync.sync_schedules (name, kind, cron) values ('retention', 'retention', '0 3 * * *');

insert into pgsync.sync_configuration (
    config_key, config_value, default_value, kind, minimum, maximum, unit, description
)
values (
    'job_retention_days', '90', '90', 'integer', 1, 36500, 'days',
    'How long ended jobs, settled failed items, and runs of schedules are kept.'
);

-- A job that may be resumed keeps the error that interrupted it.
alter table pgsync.sync_jobs
-- squawk-ignore ban-drop-constraint
drop constraint only_failures_have_an_error,
-- squawk-ignore constraint-missing-not-valid
add constraint only_failures_have_an_error check (
    case
        when state = 'failed' then error_message is not null
        when state in ('partial', 'running', 'waiting') then true
        else error_class is null and error_message is null
    end
);
comment on column pgsync.sync_jobs.error_class is 'The class of the failure that ended or interrupted it.';
comment on column pgsync.sync_jobs.error_message is 'Why it failed, failed in part, or was interrupted.';

alter table pgsync.sync_jobs
add column attended boolean not null default false,
add column passing_errors integer not null default 0;
comment on column pgsync.sync_jobs.attended
is 'Whether a user, not a worker, runs it; workers leave it to him for an hour after its last heartbeat.';
comment on column pgsync.sync_jobs.passing_errors
is 'How many errors that pass have interrupted it since it last made progress.';

-- squawk-ignore require-concurrent-index-creation
create index sync_jobs_finished_at on pgsync.sync_jobs (finished_at) where finished_at is not null;

revoke all on table pgsync.sync_schedules, pgsync.sync_schedule_runs from public;
revoke all on sequence pgsync.sync_schedule_runs_id_seq from public;
