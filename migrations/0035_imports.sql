-- What is fetched from the HTTP APIs of others: their addresses and how often they may be called, the imports
-- that say what comes from where into which table, and how far each has come. What is finished of a stream is
-- one multirange, so that the work left is a subtraction, and a run that was killed goes on where it was.
create table pgsync.endpoints (
    name text collate "C",
    kind text not null,
    base_url text not null,
    hosts text[] not null,
    secret_ref text,
    parallel integer not null default 1,
    limited_until timestamptz,
    paused_at timestamptz,
    paused_by text,
    pause_reason text,
    breaker_state text not null default 'closed',
    breaker_since timestamptz,
    failures_in_a_row integer not null default 0,
    next_probe_at timestamptz,
    clock_skew interval,
    last_ok_at timestamptz,
    last_error_at timestamptz,
    last_error_class text,
    last_error text,
    created_at timestamptz not null default clock_timestamp(),
    updated_at timestamptz not null default clock_timestamp(),
    constraint endpoints_pkey primary key (name),
    constraint name_is_a_word check (name ~ '^[a-z][a-z0-9_-]{0,62}$'),
    constraint kind_is_known check (kind in ('api')),
    constraint base_url_is_http check (base_url ~ '^https?://[^/?#@]+(/[^?#]*)?$'),
    constraint hosts_are_named check (cardinality(hosts) > 0),
    constraint secret_is_a_reference check (secret_ref ~ '^(env:[A-Za-z_][A-Za-z0-9_]*|file:/.+)$'),
    constraint parallel_is_sane check (parallel between 1 and 32),
    constraint pause_is_whole check ((paused_at is null) = (paused_by is null)),
    constraint breaker_state_is_known check (breaker_state in ('closed', 'open', 'half_open')),
    constraint an_open_breaker_has_a_probe check ((breaker_state = 'closed') = (next_probe_at is null)),
    constraint failures_are_counted check (failures_in_a_row >= 0)
);

comment on table pgsync.endpoints
is 'Systems of others that are called over HTTP, and whether they may be called now.';
comment on column pgsync.endpoints.name is 'Its name; an import calls that of its own name.';
comment on column pgsync.endpoints.kind is 'What it is: api.';
comment on column pgsync.endpoints.base_url is 'Where paths begin.';
comment on column pgsync.endpoints.hosts
is 'The only hosts that are ever called, also by a redirect or a next page.';
comment on column pgsync.endpoints.secret_ref
is 'Where its secret is, as env:NAME or file:/PATH; never the secret.';
comment on column pgsync.endpoints.parallel is 'How many calls may be under way at once, over all processes.';
comment on column pgsync.endpoints.limited_until is 'It has asked not to be called before.';
comment on column pgsync.endpoints.paused_at
is 'When somebody paused it, or its secret was refused; null otherwise.';
comment on column pgsync.endpoints.paused_by is 'Who paused it.';
comment on column pgsync.endpoints.pause_reason is 'Why.';
comment on column pgsync.endpoints.breaker_state
is 'closed (calls go through), open (none does), half_open (one probe is under way).';
comment on column pgsync.endpoints.breaker_since
is 'Since when it is closed, or since when calls have failed.';
comment on column pgsync.endpoints.failures_in_a_row is 'Failed calls since the last one that was answered.';
comment on column pgsync.endpoints.next_probe_at
is 'When the next probe may be made; null while the breaker is closed.';
comment on column pgsync.endpoints.clock_skew is 'How far its clock is ahead of the database''s.';
comment on column pgsync.endpoints.last_ok_at is 'When a call last succeeded, to the second or so.';
comment on column pgsync.endpoints.last_error_at is 'When a call last failed.';
comment on column pgsync.endpoints.last_error_class is 'The class of that failure.';
comment on column pgsync.endpoints.last_error is 'What it was, without secrets.';
comment on column pgsync.endpoints.created_at is 'When it was added.';
comment on column pgsync.endpoints.updated_at is 'When its definition last changed.';

create table pgsync.endpoint_budgets (
    endpoint text collate "C",
    name text collate "C",
    call_limit integer not null,
    span interval not null,
    allowed integer not null,
    allowed_since timestamptz not null default clock_timestamp(),
    constraint endpoint_budgets_pkey primary key (endpoint, name),
    constraint endpoint_budgets_endpoint_fkey foreign key (endpoint)
    references pgsync.endpoints (name) on delete cascade,
    constraint call_limit_is_positive check (call_limit > 0),
    constraint span_is_positive check (span > interval '0'),
    constraint allowed_is_within_the_limit check (allowed between 1 and call_limit)
);

comment on table pgsync.endpoint_budgets is 'How many calls an endpoint may get in any span of a length.';
comment on column pgsync.endpoint_budgets.endpoint is 'The endpoint.';
comment on column pgsync.endpoint_budgets.name is 'Its span in words, such as minute.';
comment on column pgsync.endpoint_budgets.call_limit is 'The most calls in a span.';
comment on column pgsync.endpoint_budgets.span is 'The length of the span.';
comment on column pgsync.endpoint_budgets.allowed
is 'The most that are made now: halved when it says there were too many, one more after each good span.';
comment on column pgsync.endpoint_budgets.allowed_since is 'When that last changed.';

create table pgsync.endpoint_calls (
    endpoint text collate "C",
    budget text collate "C",
    began_at timestamptz,
    calls integer not null,
    constraint endpoint_calls_pkey primary key (endpoint, budget, began_at),
    constraint endpoint_calls_budget_fkey foreign key (endpoint, budget)
    references pgsync.endpoint_budgets (endpoint, name) on delete cascade,
    constraint calls_are_positive check (calls > 0)
);

comment on table pgsync.endpoint_calls is 'Calls within the last span of each budget, by sixtieths of it.';
comment on column pgsync.endpoint_calls.endpoint is 'The endpoint.';
comment on column pgsync.endpoint_calls.budget is 'The budget.';
comment on column pgsync.endpoint_calls.began_at is 'When the sixtieth began.';
comment on column pgsync.endpoint_calls.calls is 'How many calls were granted in it.';

create table pgsync.endpoint_members (
    member text not null,
    member_oid oid not null,
    endpoint text collate "C" not null,
    granted_at timestamptz not null default clock_timestamp(),
    granted_by text not null default session_user,
    constraint endpoint_members_pkey primary key (member, endpoint),
    constraint endpoint_members_endpoint_fkey foreign key (endpoint)
    references pgsync.endpoints (name) on delete cascade
);

comment on table pgsync.endpoint_members
is 'Which endpoints a role sees the jobs and failed items of; who is not listed is not limited.';
comment on column pgsync.endpoint_members.member
is 'The name of the role; whoever is a member of it is limited, too.';
comment on column pgsync.endpoint_members.member_oid
is 'Its number: another role of that name is not the same.';
comment on column pgsync.endpoint_members.endpoint is 'The endpoint.';
comment on column pgsync.endpoint_members.granted_at is 'When it was granted.';
comment on column pgsync.endpoint_members.granted_by is 'The login that granted it.';

create table pgsync.cursors (
    endpoint text collate "C",
    stream text collate "C",
    finished tstzmultirange not null default '{}',
    swept_at timestamptz,
    updated_at timestamptz not null default clock_timestamp(),
    constraint cursors_pkey primary key (endpoint, stream),
    constraint cursors_endpoint_fkey foreign key (endpoint)
    references pgsync.endpoints (name) on delete cascade
);

comment on table pgsync.cursors is 'How far each stream of an endpoint has been read.';
comment on column pgsync.cursors.endpoint is 'The endpoint.';
comment on column pgsync.cursors.stream is 'The stream.';
comment on column pgsync.cursors.finished is 'The times whose changes have all been read.';
comment on column pgsync.cursors.swept_at is 'When the stream was last walked for what was deleted.';
comment on column pgsync.cursors.updated_at is 'When this last changed.';

create table pgsync.imports (
    name text collate "C",
    version integer,
    content text not null,
    checksum text not null,
    applied_at timestamptz not null default clock_timestamp(),
    applied_by text not null default session_user,
    constraint imports_pkey primary key (name, version),
    constraint imports_name_fkey foreign key (name) references pgsync.endpoints (name) on delete cascade,
    constraint version_is_positive check (version > 0),
    constraint content_is_bounded check (octet_length(content) between 1 and 1000000)
);

comment on table pgsync.imports
is 'The definitions of imports, each version of them; the newest is in force.';
comment on column pgsync.imports.name is 'The import.';
comment on column pgsync.imports.version is 'Its version.';
comment on column pgsync.imports.content is 'The definition as it was written.';
comment on column pgsync.imports.checksum is 'The SHA-256 of the content, in hexadecimal.';
comment on column pgsync.imports.applied_at is 'When it came into force.';
comment on column pgsync.imports.applied_by is 'The login that applied it.';

create table pgsync.import_streams (
    import text collate "C",
    stream text collate "C",
    place integer not null,
    target regclass not null,
    key_columns text[] not null,
    columns text[] not null,
    constraint import_streams_pkey primary key (import, stream),
    constraint import_streams_import_fkey foreign key (import)
    references pgsync.endpoints (name) on delete cascade,
    constraint stream_is_short check (octet_length(stream) between 1 and 63),
    constraint columns_are_named check (cardinality(columns) > 0),
    constraint key_is_among_the_columns check (cardinality(key_columns) > 0 and key_columns <@ columns)
);

comment on table pgsync.import_streams is 'The streams of the imports in force: what comes into which table.';
comment on column pgsync.import_streams.import is 'The import.';
comment on column pgsync.import_streams.stream is 'The stream.';
comment on column pgsync.import_streams.place is 'Its place in the order in which streams are read.';
comment on column pgsync.import_streams.target is 'The table that its rows come into.';
comment on column pgsync.import_streams.key_columns is 'The columns that tell its rows apart.';
comment on column pgsync.import_streams.columns is 'The columns that it writes.';

create table pgsync.import_jobs (
    job bigint,
    sync_id uuid not null default gen_random_uuid(),
    version integer not null,
    streams text[],
    since timestamptz,
    until timestamptz,
    base_url text,
    marks boolean not null default false,
    is_dry boolean not null default false,
    holds_key boolean not null default false,
    retried_class text,
    run_start timestamptz,
    constraint import_jobs_pkey primary key (job),
    constraint import_jobs_job_fkey foreign key (job) references pgsync.sync_jobs (id) on delete cascade,
    constraint sync_id_is_used_once unique (sync_id),
    constraint until_is_after_since check (until > since),
    constraint base_url_is_http check (base_url ~ '^https?://[^/?#@]+(/[^?#]*)?$')
);

comment on table pgsync.import_jobs is 'What a job of the kind import is to fetch.';
comment on column pgsync.import_jobs.job is 'The job.';
comment on column pgsync.import_jobs.sync_id is 'Its number for those who asked for it over HTTP.';
comment on column pgsync.import_jobs.version is 'The version of the import.';
comment on column pgsync.import_jobs.streams is 'The streams; null for all.';
comment on column pgsync.import_jobs.since
is 'Only what changed from here on; null for the beginning of its history.';
comment on column pgsync.import_jobs.until is 'Only what changed before; null for the start of the run.';
comment on column pgsync.import_jobs.base_url
is 'Another address of the same hosts; null for that of the endpoint.';
comment on column pgsync.import_jobs.marks is 'Whether a run of a given span counts for what is finished.';
comment on column pgsync.import_jobs.is_dry is 'Whether it fetches and checks, and writes nothing.';
comment on column pgsync.import_jobs.holds_key
is 'Whether the secret came with the request, and only the process that took it can run the job.';
comment on column pgsync.import_jobs.retried_class
is 'The class of failed items that are tried again, such as data.*; null for those that are due.';
comment on column pgsync.import_jobs.run_start is 'When it first ran, by the clock of the endpoint.';

create table pgsync.import_plans (
    job bigint,
    stream text collate "C",
    wanted tstzmultirange not null,
    step text,
    newest_first boolean not null,
    finished_until timestamptz,
    sweeps boolean not null,
    message text,
    constraint import_plans_pkey primary key (job, stream),
    constraint import_plans_job_fkey foreign key (job) references pgsync.import_jobs (job) on delete cascade,
    constraint step_is_known check (step in ('hour', 'day', 'month', 'year'))
);

comment on table pgsync.import_plans
is 'What each job reads of a stream, decided once, so that whoever resumes or joins it reads the same.';
comment on column pgsync.import_plans.job is 'The job.';
comment on column pgsync.import_plans.stream is 'The stream.';
comment on column pgsync.import_plans.wanted is 'The times; without ends for a walk through everything.';
comment on column pgsync.import_plans.step is 'What they are cut into; null for nothing.';
comment on column pgsync.import_plans.newest_first is 'Whether the newest are read first.';
comment on column pgsync.import_plans.finished_until
is 'What is read counts for what is finished up to here; null if it does not count.';
comment on column pgsync.import_plans.sweeps is 'Whether what is not seen is gone.';
comment on column pgsync.import_plans.message is 'Why, in words.';

create table pgsync.import_slices (
    job bigint,
    stream text collate "C",
    slice tstzrange,
    next_page text,
    pages integer not null default 0,
    added bigint not null default 0,
    updated bigint not null default 0,
    unchanged bigint not null default 0,
    failed bigint not null default 0,
    removed bigint not null default 0,
    began_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    constraint import_slices_pkey primary key (job, stream, slice),
    constraint import_slices_job_fkey foreign key (job) references pgsync.import_jobs (job) on delete cascade,
    constraint slice_is_not_empty check (not isempty(slice))
);

comment on table pgsync.import_slices
is 'The spans of time that an import has begun to fetch, and what came.';
comment on column pgsync.import_slices.job is 'The job.';
comment on column pgsync.import_slices.stream is 'The stream.';
comment on column pgsync.import_slices.slice
is 'The span of time; without ends for a walk through everything.';
comment on column pgsync.import_slices.next_page
is 'Where to go on, as the kind of pages says; null at the first page.';
comment on column pgsync.import_slices.pages is 'How many pages came.';
comment on column pgsync.import_slices.added is 'How many rows were new.';
comment on column pgsync.import_slices.updated is 'How many rows had changed.';
comment on column pgsync.import_slices.unchanged is 'How many rows were there as they came.';
comment on column pgsync.import_slices.failed is 'How many items failed.';
comment on column pgsync.import_slices.removed is 'How many rows were removed or marked as deleted.';
comment on column pgsync.import_slices.began_at is 'When its first page was asked for.';
comment on column pgsync.import_slices.finished_at is 'When its last page was written; null until then.';

create table pgsync.import_sightings (
    job bigint,
    stream text collate "C",
    record_id text collate "C",
    constraint import_sightings_pkey primary key (job, stream, record_id),
    constraint import_sightings_job_fkey foreign key (job)
    references pgsync.import_jobs (job) on delete cascade
);

comment on table pgsync.import_sightings
is 'What a walk through everything has seen, to tell what is gone; kept until the walk has ended.';
comment on column pgsync.import_sightings.job is 'The job.';
comment on column pgsync.import_sightings.stream is 'The stream.';
comment on column pgsync.import_sightings.record_id is 'The key of the row, as an array in JSON.';

create table pgsync.import_absences (
    import text collate "C",
    stream text collate "C",
    record_id text collate "C",
    first_missed_at timestamptz not null default clock_timestamp(),
    constraint import_absences_pkey primary key (import, stream, record_id),
    constraint import_absences_import_fkey foreign key (import)
    references pgsync.endpoints (name) on delete cascade
);

comment on table pgsync.import_absences
is 'Rows that the last walk through everything did not see; what the next one misses, too, is deleted.';
comment on column pgsync.import_absences.import is 'The import.';
comment on column pgsync.import_absences.stream is 'The stream.';
comment on column pgsync.import_absences.record_id is 'The key of the row, as an array in JSON.';
comment on column pgsync.import_absences.first_missed_at is 'When it was first missed.';

-- A job may wait for another system longer than a session should.
alter table pgsync.sync_jobs
add column waits_until timestamptz,
add column wait_class text,
add column wait_reason text;
comment on column pgsync.sync_jobs.waits_until
is 'Nobody runs it before this; infinity waits for a person, null for nothing.';
comment on column pgsync.sync_jobs.wait_class is 'The class of what it waits for.';
comment on column pgsync.sync_jobs.wait_reason is 'What it waits for.';

-- Each page of an import looks for its failed items, those that were given up among them. Failed items are
-- few.
-- squawk-ignore require-concurrent-index-creation
create index sync_failed_items_unresolved on pgsync.sync_failed_items (kind, subject, item_id)
where state <> 'resolved';

revoke all on table
pgsync.endpoints, pgsync.endpoint_budgets, pgsync.endpoint_calls, pgsync.endpoint_members, pgsync.cursors,
pgsync.imports, pgsync.import_streams, pgsync.import_jobs, pgsync.import_plans, pgsync.import_slices,
pgsync.import_sightings, pgsync.import_absences
from public;
