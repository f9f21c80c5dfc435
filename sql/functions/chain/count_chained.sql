-- A block whose part lies in the range counts as a whole, unread; the few others are read key by key.
create or replace function pgsync.count_chained(from_id bigint, until_id bigint)
returns bigint
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set jit = off
as $$
select
    coalesce(
        sum(
            case
                when block.part << 14 >= count_chained.from_id and (block.part + 1) << 14 <= count_chained.until_id
                    then block.row_count
                else (
                    select count(*)
                    from unnest(block.keys) as listed (key)
                    where case
                        when listed.key ~ '^[0-9]{1,18}[.]' then split_part(listed.key, '.', 1)::bigint
                    end between count_chained.from_id and count_chained.until_id - 1
                )
            end
        ),
        0
    )::bigint
from pgsync.audit_chain as block
where block.kind = 'audit'
    and block.part between count_chained.from_id >> 14 and (count_chained.until_id - 1) >> 14;
$$;

comment on function pgsync.count_chained(bigint, bigint)
is 'How many rows of the audit log between these ids the chain has.';
