-- Compares a part with the chain and chains what it lacks: when the chain begins; after a restore on another
-- server, whose transaction numbers say nothing about the rows; always for kinds with few rows.
create or replace function pgsync.extend_survey(kind text, part bigint)
returns bigint
language sql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
select pgsync.add_block(extend_survey.kind, extend_survey.part, missing.keys, missing.digests)
from (
    select
        array_agg(own.key order by own.id, own.key) as keys,
        array_agg(own.digest order by own.id, own.key) as digests
    from pgsync.chain_part(extend_survey.kind, extend_survey.part) as own
    inner join pgsync.chain_kinds as known on known.kind = extend_survey.kind
    where (own.is_surveyed or known.source is null)
        and not exists (
            select
            from pgsync.chained_part(extend_survey.kind, extend_survey.part) as chained
            where chained.key = own.key
        )
) as missing
where missing.keys is not null;
$$;

comment on function pgsync.extend_survey(text, bigint)
is 'Chains the rows of a part that are not chained yet; returns how many.';
