create or replace function pgsync.chained_part(kind text, part bigint)
returns table (seq bigint, since timestamptz, key text, digest bytea)
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set jit = off
as $$
select block.seq, block.since, listed.key, listed.digest
from pgsync.audit_chain as block
cross join unnest(block.keys, block.digests) as listed (key, digest)
where block.kind = chained_part.kind and block.part = chained_part.part;
$$;

comment on function pgsync.chained_part(text, bigint) is 'The rows of a part as the chain has them.';
