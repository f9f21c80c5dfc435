create or replace function pgsync.verify_links(from_seq bigint, to_seq bigint)
returns table (finding text, seq bigint, found text)
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set jit = off
as $$
with link as (
    select
        number.seq,
        block.seq is not null as is_there,
        block.previous_head,
        block.head,
        before.head as head_before,
        block.list_digest,
        case
            when cardinality(block.keys) = block.row_count and cardinality(block.digests) = block.row_count
                then sha256(convert_to(pgsync.chain_list(block.keys, block.digests), 'UTF8'))
        end as list_digest_now,
        pgsync.chain_head(block) as head_now
    from generate_series(verify_links.from_seq, verify_links.to_seq) as number (seq)
    left join pgsync.audit_chain as block on number.seq = block.seq
    left join pgsync.audit_chain as before on before.seq = number.seq - 1
)

select wrong.finding, link.seq, wrong.found
from link
cross join lateral (
    select
        'block_missing' as finding,
        'the chain has no block of this number' as found
    where not link.is_there
    union all
    select
        'link',
        format(
            'it follows the head %s, but the block before has %s',
            coalesce(encode(link.previous_head, 'hex'), '-'), coalesce(encode(link.head_before, 'hex'), '-')
        )
    where link.is_there and link.previous_head is distinct from link.head_before
    union all
    select
        'list',
        format(
            'the SHA-256 of its list is %s, not %s',
            coalesce(encode(link.list_digest_now, 'hex'), '-'), encode(link.list_digest, 'hex')
        )
    where link.is_there and link.list_digest is distinct from link.list_digest_now
    union all
    select
        'head',
        format('its fields make the head %s, not %s', encode(link.head_now, 'hex'), encode(link.head, 'hex'))
    where link.is_there and link.head is distinct from link.head_now
) as wrong
order by link.seq, wrong.finding;
$$;

comment on function pgsync.verify_links(bigint, bigint)
is 'Recomputes the lists, heads and links of blocks; returns what is wrong, nothing when all is well.';
