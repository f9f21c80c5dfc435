-- A chain that was never built or verified is neither late nor broken.
create or replace function pgsync.chain_alerts(as_of timestamptz)
returns setof pgsync.alert_condition
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
set jit = off
as $$
select
    'CHAIN_BROKEN',
    null::regclass,
    null,
    'critical',
    own.findings::numeric,
    0::numeric,
    'findings',
    format('the verification of block 1 to %s found %s', own.to_seq, case own.findings
    when 1 then '1 row or link that is wrong' else own.findings || ' rows or links that are wrong' end),
    'pgsync audit verify    (it names each; then compare with a backup)',
    own.finished_at,
    null,
    true
from (
    select whole.*
    from pgsync.chain_verifications as whole
    where whole.finished_at is not null and whole.from_seq = 1
    order by whole.id desc
    limit 1
) as own
where own.state = 'broken'
union all
select
    'CHAIN_LATE',
    null,
    null,
    'medium',
    round(extract(epoch from late.behind)),
    60 * late.patience,
    'seconds',
    format('the chain has not reached what is older than %s', pgsync.duration_words(late.behind)),
    'pgsync schedule list; pgsync doctor says whether an old transaction holds it up',
    late.reached_at,
    null,
    true
from (
    select
        as_of - min(known.boundary_at) as behind,
        min(known.boundary_at) as reached_at,
        pgsync.configuration_integer('alert_chain_lag_minutes') as patience
    from pgsync.chain_kinds as known
    having bool_and(known.boundary_at is not null)
) as late
where late.behind > make_interval(mins => late.patience::integer);
$$;

comment on function pgsync.chain_alerts(timestamptz)
is 'The alerts CHAIN_BROKEN and CHAIN_LATE.';
