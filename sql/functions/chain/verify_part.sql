-- Rows of the audit log may be gone with a range that the chain has, if its totals account for them all: so
-- nobody hides a deletion by inventing a range. Of each finding a hundred rows are named; how many more there
-- are is told by the last one.
create or replace function pgsync.verify_part(kind text, part bigint)
returns table (finding text, seq bigint, key text, found text, row_count bigint)
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
set jit = off
as $$
with gone as materialized (
    select made.from_id, made.until_id
    from pgsync.id_ranges as made
    where verify_part.kind = 'audit'
        and made.table_name = 'sync_audit_log'
        and made.state = 'dropped'
        and made.from_id < (verify_part.part + 1) << 14
        and made.until_id > verify_part.part << 14
        and pgsync.is_range_chained(made.range_name)
),

miscounted as materialized (
    select counted.range_name, counted.chained, counted.totals
    from (
        select
            made.range_name,
            pgsync.count_chained(made.from_id, made.until_id) as chained,
            (
                select coalesce(sum(total.row_count), 0)
                from pgsync.range_totals as total
                where total.range_name = made.range_name
            ) as totals
        from pgsync.id_ranges as made
        where verify_part.kind = 'range' and made.table_name = 'sync_audit_log' and made.state = 'dropped'
    ) as counted
    -- Nothing of a range is chained that was dropped before the chain began.
    where counted.chained not in (0, counted.totals)
),

compared as (
    select
        chained.seq,
        coalesce(present.key, chained.key) as key,
        case
            when chained.key is null and not present.is_due then 'waiting'
            when chained.key is null then 'not_chained'
            when chained.copies > 1 then 'chained_twice'
            when present.key is null
                and exists (select from gone where chained.id >= gone.from_id and chained.id < gone.until_id)
                then 'dropped'
            when present.key is null then 'missing'
            when present.digest is distinct from chained.digest then 'changed'
            when present.at < chained.since - interval '1 day' then 'back_dated'
            when exists (select from miscounted where miscounted.range_name = present.key) then 'miscounted'
            else 'checked'
        end as finding,
        present.at,
        chained.since,
        present.digest,
        chained.digest as chained_digest
    from pgsync.chain_part(verify_part.kind, verify_part.part) as present
    full join (
        select
            listed.*,
            case when listed.key ~ '^[0-9]{1,18}[.]' then split_part(listed.key, '.', 1)::bigint end as id,
            count(*) over (partition by listed.key) as copies
        from pgsync.chained_part(verify_part.kind, verify_part.part) as listed
    ) as chained on present.key = chained.key
),

numbered as (
    select
        compared.*,
        row_number() over (partition by compared.finding order by length(compared.key), compared.key) as place,
        count(*) over (partition by compared.finding) as same
    from compared
)

select
    numbered.finding,
    null::bigint as seq,
    null::text as key,
    null::text as found,
    count(*) as row_count
from numbered
where numbered.finding in ('checked', 'waiting', 'dropped')
group by numbered.finding
union all
select
    numbered.finding,
    numbered.seq,
    numbered.key,
    case numbered.finding
        when 'not_chained' then 'it is not in the chain: it was added past it, or its time or transaction is false'
        when 'chained_twice' then 'the chain has it more than once'
        when 'missing' then format('it is gone; its SHA-256 was %s', encode(numbered.chained_digest, 'hex'))
        when 'changed'
            then format(
                'its SHA-256 is %s, not %s',
                coalesce(encode(numbered.digest, 'hex'), '-'), encode(numbered.chained_digest, 'hex')
            )
        when 'back_dated'
            then format(
                'it says %s, but came after %s',
                pgsync.utc_text(numbered.at), pgsync.utc_text(numbered.since)
            )
        when 'miscounted'
            then (
                select format('the chain has %s rows of it, and its totals %s', own.chained, own.totals)
                from miscounted as own
                where own.range_name = numbered.key
            )
    end
    || case when numbered.place = 100 and numbered.same > 100 then format('; and %s more', numbered.same - 100) else '' end,
    case when numbered.place = 100 then numbered.same - 99 else 1 end
from numbered
where numbered.finding not in ('checked', 'waiting', 'dropped') and numbered.place <= 100;
$$;

comment on function pgsync.verify_part(text, bigint)
is 'Compares the rows of a part with the chain: how many were checked or wait, and each that is wrong.';
