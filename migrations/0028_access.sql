-- Who may use pgsync over HTTP, and what they did. Secrets are made by the program and never come here, only
-- their SHA-256, which says nothing about 256 random bits.
create table pgsync.api_tokens (
    id bigint generated always as identity,
    name text not null,
    prefix text collate "C" not null,
    secret_hash bytea not null,
    scopes text[] not null,
    site text,
    created_at timestamptz not null default clock_timestamp(),
    created_by text not null,
    expires_at timestamptz,
    last_used_at timestamptz,
    last_address text,
    revoked_at timestamptz,
    revoked_by text,
    constraint api_tokens_pkey primary key (id),
    constraint secret_is_used_once unique (secret_hash),
    constraint secret_is_sha256 check (octet_length(secret_hash) = 32),
    constraint name_is_short check (name ~ '[^[:space:]]' and octet_length(name) <= 100),
    constraint prefix_is_short check (prefix ~ '^pgs_[A-Za-z0-9]{6}$'),
    constraint scopes_are_known check (
        cardinality(scopes) > 0 and scopes <@ array['read', 'images', 'operate', 'admin', 'audit']
    ),
    constraint site_reads_only check (
        site is null or (scopes <@ array['read'] and octet_length(site) between 1 and 200)
    )
);

comment on table pgsync.api_tokens
is 'Tokens that let a person or program use pgsync over HTTP; see token_states.';
comment on column pgsync.api_tokens.id is 'The number of the token.';
comment on column pgsync.api_tokens.name is 'Whose it is, or what for.';
comment on column pgsync.api_tokens.prefix is 'Its first characters, by which it is found again.';
comment on column pgsync.api_tokens.secret_hash is 'The SHA-256 of the token.';
comment on column pgsync.api_tokens.scopes is 'What it allows: read, images, operate, admin, audit.';
comment on column pgsync.api_tokens.site is 'The only site it shows; null for all.';
comment on column pgsync.api_tokens.created_at is 'When it was made.';
comment on column pgsync.api_tokens.created_by is 'Who made it.';
comment on column pgsync.api_tokens.expires_at is 'When it ends by itself; null for never.';
comment on column pgsync.api_tokens.last_used_at is 'When it was last used, to the minute.';
comment on column pgsync.api_tokens.last_address is 'From where.';
comment on column pgsync.api_tokens.revoked_at is 'When somebody ended it.';
comment on column pgsync.api_tokens.revoked_by is 'Who did.';

create table pgsync.api_sessions (
    secret_hash bytea not null,
    token bigint not null,
    address text not null,
    began_at timestamptz not null default clock_timestamp(),
    last_seen_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz not null,
    confirmed_at timestamptz,
    confirmed_by bigint,
    constraint api_sessions_pkey primary key (secret_hash),
    constraint api_sessions_token_fkey foreign key (token) references pgsync.api_tokens (id),
    constraint api_sessions_confirmed_by_fkey foreign key (confirmed_by) references pgsync.api_tokens (id),
    constraint secret_is_sha256 check (octet_length(secret_hash) = 32),
    constraint confirmation_is_whole check ((confirmed_at is null) = (confirmed_by is null))
);

create index api_sessions_token on pgsync.api_sessions (token);
create index api_sessions_expires_at on pgsync.api_sessions (expires_at);

comment on table pgsync.api_sessions
is 'Browsers that are logged in; a row is removed when its session ends.';
comment on column pgsync.api_sessions.secret_hash is 'The SHA-256 of what the browser shows.';
comment on column pgsync.api_sessions.token is 'The token it was logged in with.';
comment on column pgsync.api_sessions.address is 'From where.';
comment on column pgsync.api_sessions.began_at is 'When.';
comment on column pgsync.api_sessions.last_seen_at is 'When it last asked for something, to the minute.';
comment on column pgsync.api_sessions.expires_at is 'When it ends, whether it is used or not.';
comment on column pgsync.api_sessions.confirmed_at
is 'When a token was last shown again, for acts that need it.';
comment on column pgsync.api_sessions.confirmed_by
is 'Which token that was: its own, or that of a second person.';

create table pgsync.api_requests (
    actor text collate "C" not null,
    key text collate "C" not null,
    request_hash bytea not null,
    status integer,
    answer text,
    made_at timestamptz not null default clock_timestamp(),
    constraint api_requests_pkey primary key (actor, key),
    constraint key_is_short check (octet_length(key) between 1 and 200),
    constraint hash_is_sha256 check (octet_length(request_hash) = 32)
);

create index api_requests_made_at on pgsync.api_requests (made_at);

comment on table pgsync.api_requests
is 'Acts asked for over HTTP, with their answers, so that asking again does nothing twice.';
comment on column pgsync.api_requests.actor is 'Who asked: the number of a token, or anonymous.';
comment on column pgsync.api_requests.key is 'The Idempotency-Key of the request.';
comment on column pgsync.api_requests.request_hash is 'The SHA-256 of its method, path and body.';
comment on column pgsync.api_requests.status is 'The status of the answer.';
comment on column pgsync.api_requests.answer is 'The answer, without secrets.';
comment on column pgsync.api_requests.made_at is 'When it was made; a day later it is forgotten.';

create table pgsync.acts (
    id bigint generated always as identity,
    at timestamptz not null default clock_timestamp(),
    login text not null default session_user,
    token bigint,
    actor text not null,
    address text,
    act text not null,
    object text,
    reason text,
    result text not null,
    details jsonb not null default '{}',
    confirmed_by text,
    correlation_id text,
    recorded_xid xid8 not null default pg_current_xact_id(),
    constraint acts_pkey primary key (id),
    constraint result_is_known check (result in ('done', 'refused', 'failed'))
);

create index acts_at on pgsync.acts (at, id);
create index acts_recorded_xid on pgsync.acts (recorded_xid, id);

comment on table pgsync.acts
is 'What was done and refused over HTTP: log-ins, acts, looks at images. Chained, and never changed.';
comment on column pgsync.acts.id is 'The number of the act.';
comment on column pgsync.acts.at is 'When.';
comment on column pgsync.acts.login is 'The database login of pgsync serve.';
comment on column pgsync.acts.token is 'The token; null for who had none.';
comment on column pgsync.acts.actor is 'Its name, or anonymous.';
comment on column pgsync.acts.address is 'From where.';
comment on column pgsync.acts.act is 'What: log-in, retry, resolve and so on.';
comment on column pgsync.acts.object is 'To what: changes, a table, an alert.';
comment on column pgsync.acts.reason is 'Why, in the words of the actor.';
comment on column pgsync.acts.result is 'done, refused or failed.';
comment on column pgsync.acts.details is 'More, such as how many.';
comment on column pgsync.acts.confirmed_by is 'The second person, or the actor who showed the token again.';
comment on column pgsync.acts.correlation_id is 'The correlation id of the request.';
comment on column pgsync.acts.recorded_xid is 'The transaction, which is that of what was done.';

insert into pgsync.chain_kinds (kind, place, source) values ('act', 10, 'pgsync.acts');

revoke all on table pgsync.api_tokens, pgsync.api_sessions, pgsync.api_requests, pgsync.acts from public;
