-- Of each finding a hundred rows are named; how many more there are is told by the last one.
create or replace function pgsync.verify_part(kind text, part bigint)
returns table (finding text, seq bigint, key text, found text, row_count bigint)
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
set jit = off
as $$
with compared as (
    select
        chained.seq,
        coalesce(present.key, chained.key) as key,
        case
            when chained.key is null and not present.is_due then 'waiting'
            when chained.key is null then 'not_chained'
            when chained.copies > 1 then 'chained_twice'
            when present.key is null and pgsync.is_dropped(verify_part.kind, chained.key) then 'dropped'
            when present.key is null then 'missing'
            when present.digest is distinct from chained.digest then 'changed'
            when present.at < chained.since - interval '1 day' then 'back_dated'
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
    end
    || case when numbered.place = 100 and numbered.same > 100 then format('; and %s more', numbered.same - 100) else '' end,
    case when numbered.place = 100 then numbered.same - 99 else 1 end
from numbered
where numbered.finding not in ('checked', 'waiting', 'dropped') and numbered.place <= 100;
$$;

comment on function pgsync.verify_part(text, bigint)
is 'Compares the rows of a part with the chain: how many were checked or wait, and each that is wrong.';
