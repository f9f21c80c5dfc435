-- Who works on the queue. A worker holds an advisory lock for as long as it lives, so whether one is alive is
-- asked of the lock and never guessed from the age of a heartbeat; only one that looks through a transaction
-- pooler, and so has no session of its own, is judged by its heartbeat.
create table pgsync.sync_workers (
    id integer generated always as identity,
    name text not null,
    host text not null,
    pid integer not null,
    version text not null,
    posters integer not null,
    lives_by text not null default 'lock',
    state text not null default 'running',
    started_at timestamptz not null default clock_timestamp(),
    started_by text not null default session_user,
    heartbeat_at timestamptz not null default clock_timestamp(),
    stopped_at timestamptz,
    figures jsonb not null default '{}',
    constraint sync_workers_pkey primary key (id),
    constraint lives_by_is_known check (lives_by in ('lock', 'heartbeat')),
    constraint state_is_known check (state in ('running', 'stopped', 'lost')),
    constraint stopped_at_tells_the_end check ((state = 'running') = (stopped_at is null)),
    constraint there_is_a_poster check (posters > 0)
);

create index sync_workers_running on pgsync.sync_workers (id) where state = 'running';

comment on table pgsync.sync_workers
is 'Every worker: those that run, and those of the last days that stopped or were lost.';
comment on column pgsync.sync_workers.id is 'The second half of the advisory lock (1886876533, id) it holds.';
comment on column pgsync.sync_workers.name is 'What it was called, by default host and process id.';
comment on column pgsync.sync_workers.host is 'The machine or container it runs on.';
comment on column pgsync.sync_workers.pid is 'Its process there.';
comment on column pgsync.sync_workers.version is 'The version of pgsync.';
comment on column pgsync.sync_workers.posters is 'How many connections it posts with.';
comment on column pgsync.sync_workers.lives_by
is 'What shows that it is alive: its lock, or its heartbeat where a pooler lends it no session.';
comment on column pgsync.sync_workers.state is 'running, stopped (it said so) or lost (it did not).';
comment on column pgsync.sync_workers.started_by is 'The login role.';
comment on column pgsync.sync_workers.heartbeat_at is 'When it last reported.';
comment on column pgsync.sync_workers.stopped_at is 'When it stopped, or was found to be lost.';
comment on column pgsync.sync_workers.figures is 'What it said of itself in its last report.';

comment on column pgsync.sync_queue.locked_at
is 'Since when somebody works on it who has committed to that first: a careful attempt, or work elsewhere.';

insert into pgsync.sync_configuration (key, value, default_value, kind, minimum, maximum, unit, description)
values
(
    'worker_heartbeat_seconds', '5', '5', 'number', 0.1, 600, 'seconds',
    'How often a worker reports, reads the settings anew, and looks after workers that were lost.'
),
(
    'max_crash_attempts', '3', '3', 'integer', 1, 100, 'attempts',
    'How often a change may end the session that works on it before it waits for a person as a dead letter.'
),
(
    'balance_snapshot_minutes', '5', '5', 'number', 0.1, 1440, 'minutes',
    'How often the sums are brought up to date that balances are read from.'
);

revoke all on table pgsync.sync_workers from public;
