create or replace function pgsync.chain_head(block pgsync.audit_chain)
returns bytea
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
as $$
select
    sha256(
        convert_to(
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
            || pgsync.chain_field(block.chained_by),
            'UTF8'
        )
    );
$$;

comment on function pgsync.chain_head(pgsync.audit_chain)
is 'The head of a block: the SHA-256 of its fields and the head before it.';
