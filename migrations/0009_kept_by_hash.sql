-- What is kept by a key or a hash is kept for good, so how these are made stands here and never changes.
--
-- Where a record stands was kept under its id, which can be longer than an index takes: such a record could
-- be neither posted nor noted as failed, and held up all others. From here on a long one is kept by its
-- beginning and its hash. That is itself longer than any id that is kept as it is, so none can pass for
-- another. The function has no setting and is not strict, so that the planner puts it into the query.
create function pgsync.short_id(record_id text)
returns text
language sql
immutable
parallel safe
return case
    when octet_length(record_id) <= 500 then record_id
    else left(record_id, 500) || encode(sha256(replace(record_id, E'\\', E'\\\\')::bytea), 'hex')
end;

comment on function pgsync.short_id(text)
is 'A record as sync_master_status knows it: its id, of one over 500 bytes the beginning and the SHA-256.';

update pgsync.sync_master_status
set record_id = pgsync.short_id(record_id)
where octet_length(record_id) > 500;

comment on column pgsync.sync_master_status.record_id
is 'The record: its id, of one over 500 bytes the beginning and the SHA-256 (pgsync.short_id).';

-- Fingerprints are made by hash_record_extended, which a later major version may change. What it made of a
-- constant when this database was made goes with the database, through pg_upgrade and pg_dump; where the
-- server now makes something else of it, a fingerprint that differs says nothing yet.
create function pgsync.hash_check()
returns bigint
language sql
immutable
parallel safe
return hash_record_extended(
    row(
        'pgsync'::text, date '2026-01-01', array['a', null]::text[], array[1, 2]::bigint[],
        array['{"a": "b"}']::jsonb[]
    ),
    1
);

comment on function pgsync.hash_check()
is 'What the hash of this server makes of a constant; pgsync.hash_origin is what it made once.';

do $$
begin
    execute format(
        'create function pgsync.hash_origin() returns bigint language sql immutable parallel safe return %L::bigint',
        pgsync.hash_check()
    );
end;
$$;

comment on function pgsync.hash_origin()
is 'What the hash of the server made of a constant when fingerprints began to be kept here.';
