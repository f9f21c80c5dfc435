-- The two schemas and the list of what has been applied to them. They belong to pgsync_owner where the
-- current user may act as it, so that no login role owns the books; elsewhere (managed PostgreSQL, a plain
-- database owner) to the current user. Every later step acts as the owner found here.
do $$
declare
    v_may_act constant text := case
        when current_setting('server_version_num')::integer >= 160000 then 'SET' else 'MEMBER'
    end;
    v_owner constant text := coalesce(
        (
            select role.rolname
            from pg_catalog.pg_roles as role
            where role.rolname = 'pgsync_owner' and pg_has_role(role.oid, v_may_act)
        ),
        current_user
    );
begin
    execute format('create schema pgsync authorization %I', v_owner);
    execute format('create schema ledger authorization %I', v_owner);
    perform set_config('role', v_owner, true);
end;
$$;

comment on schema pgsync is 'Change capture, queue, audit and operation of pgsync.';
comment on schema ledger is 'The double-entry ledger: chart of accounts, periods, journal.';

create table pgsync.migrations (
    path text not null,
    kind text not null,
    number bigint,
    name text not null,
    checksum text not null,
    breaking boolean not null default false,
    applied_at timestamptz not null default now(),
    applied_by text not null default session_user,
    binary_version text not null,
    constraint migrations_pkey primary key (path),
    constraint number_is_applied_once unique (number),
    constraint kind_is_known check (kind in ('migration', 'object')),
    constraint only_migrations_are_numbered check ((kind = 'migration') = (number is not null)),
    constraint only_migrations_break check (kind = 'migration' or not breaking),
    constraint number_is_positive check (number > 0),
    constraint checksum_is_sha256 check (checksum ~ '^[0-9a-f]{64}$')
);

comment on table pgsync.migrations
is 'What has been applied to the schemas pgsync and ledger, by whom and when.';
comment on column pgsync.migrations.path is 'Path in the source tree, such as migrations/0001_schemas.sql.';
comment on column pgsync.migrations.kind
is 'migration: applied once; object: applied again whenever its text changes.';
comment on column pgsync.migrations.number is 'Place in the order of the migrations; null for objects.';
comment on column pgsync.migrations.name is 'The file name without number and ending.';
comment on column pgsync.migrations.checksum
is 'SHA-256 of the text; for grants, of that and the pgsync roles that exist.';
comment on column pgsync.migrations.breaking
is 'True when programs that do not know this migration must stop.';
comment on column pgsync.migrations.applied_at is 'When its transaction began.';
comment on column pgsync.migrations.applied_by is 'The login role that applied it.';
comment on column pgsync.migrations.binary_version is 'The version of pgsync it came with.';

revoke all on schema pgsync, ledger from public;
revoke all on table pgsync.migrations from public;
