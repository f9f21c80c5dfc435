create or replace function pgsync.chain_head(block pgsync.audit_chain)
returns bytea
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select sha256(convert_to(pgsync.chain_block_content(block), 'UTF8'));
$$;

comment on function pgsync.chain_head(pgsync.audit_chain)
is 'The head of a block: the SHA-256 of its fields and the head before it.';
