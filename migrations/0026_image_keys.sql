-- Images can be encrypted for a public key: who reads the log, a dump of it, or a disk, then sees no row of
-- the application. Each row of the log names the key; the secret that its image is encrypted with is stored
-- beside it, encrypted for that key, and one statement of the application makes one secret for all its rows.
create table pgsync.image_keys (
    name text not null,
    public_key bytea not null,
    openpgp_id text not null,
    added_at timestamptz not null default clock_timestamp(),
    added_by text not null default session_user,
    constraint image_keys_pkey primary key (name),
    constraint name_is_a_word check (name ~ '^[a-z][a-z0-9_-]{0,62}$' and name <> 'none')
);

comment on table pgsync.image_keys is 'The public keys that images can be encrypted for; see add_image_key.';
comment on column pgsync.image_keys.name is 'What attach and the log call it.';
comment on column pgsync.image_keys.public_key is 'The OpenPGP key, without armor.';
comment on column pgsync.image_keys.openpgp_id is 'The OpenPGP number of the key that encrypts.';
comment on column pgsync.image_keys.added_at is 'When it was added.';
comment on column pgsync.image_keys.added_by is 'The login that added it.';

revoke all on table pgsync.image_keys from public;

-- Last, because whoever writes to an attached table waits while this transaction changes it.
alter table pgsync.sync_logs
add column image_key text,
add column encrypted_secret bytea,
add column encrypted_image bytea;

comment on column pgsync.sync_logs.image_key
is 'The key that its image is encrypted for, in image_keys; null when it is not encrypted.';
comment on column pgsync.sync_logs.encrypted_secret is 'The secret of its image, encrypted for that key.';
comment on column pgsync.sync_logs.encrypted_image
is 'data and old_data as one JSON object, encrypted with that secret; the two columns are null then.';
