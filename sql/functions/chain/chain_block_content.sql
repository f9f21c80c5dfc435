create or replace function pgsync.chain_block_content(block pgsync.audit_chain)
returns text
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
as $$
select
    '1' || pgsync.chain_field('block')
    || pgsync.chain_field(block.seq::text)
    || pgsync.chain_field(encode(block.previous_head, 'hex'))
    || pgsync.chain_field(block.kind)
    || pgsync.chain_field(block.part::text)
    || pgsync.chain_field(block.row_count::text)
    || pgsync.chain_field(encode(block.list_digest, 'hex'))
    || pgsync.chain_field(block.since::text)
    || pgsync.chain_field(block.snapshot::text)
    || pgsync.chain_field(block.system_identifier::text)
    || pgsync.chain_field(block.chained_at::text)
    || pgsync.chain_field(block.chained_by);
$$;

comment on function pgsync.chain_block_content(pgsync.audit_chain)
is 'The fields of a block, the head before it among them, as the text whose SHA-256 is its head.';
