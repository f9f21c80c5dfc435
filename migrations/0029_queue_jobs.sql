-- What a job of the kinds retry and resolve is about: all changes that match, in batches, where one statement
-- for thousands would hold their slots, and with them posting, until it commits.
create table pgsync.queue_jobs (
    job bigint,
    state text,
    source_table oid,
    error_class text collate "C",
    captured_before timestamptz,
    reason text,
    last_change bigint not null,
    done_through bigint not null default 0,
    changed bigint not null default 0,
    constraint queue_jobs_pkey primary key (job),
    constraint queue_jobs_job_fkey foreign key (job) references pgsync.sync_jobs (id) on delete cascade,
    constraint state_is_known check (state in ('ready', 'scheduled', 'paused', 'dead')),
    constraint reason_is_short check (octet_length(reason) <= 2000)
);

comment on table pgsync.queue_jobs
is 'Which changes a job of the kinds retry and resolve is about, and how far it is.';
comment on column pgsync.queue_jobs.job is 'The job.';
comment on column pgsync.queue_jobs.state
is 'Only changes in this state: ready, scheduled, paused or dead; null for any.';
comment on column pgsync.queue_jobs.source_table is 'Only changes of this table; null for all.';
comment on column pgsync.queue_jobs.error_class
is 'Only changes that failed with this class, or with one below it, as in data.*; null for any.';
comment on column pgsync.queue_jobs.captured_before is 'Only changes captured before; null for any.';
comment on column pgsync.queue_jobs.reason is 'Why they are resolved.';
comment on column pgsync.queue_jobs.last_change
is 'The last change there was when it was asked for; later ones are left alone.';
comment on column pgsync.queue_jobs.done_through is 'It has looked at the changes up to this one.';
comment on column pgsync.queue_jobs.changed is 'How many it has retried or resolved.';
