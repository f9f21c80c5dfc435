create or replace function pgsync.difference_alerts(as_of timestamptz)
returns setof pgsync.alert_condition
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
set jit = off
as $$
with open as materialized (
    select own.source_table, own.kind, own.amount, own.currency, own.first_seen_at
    from pgsync.sync_differences as own
    where own.state <> 'gone' and own.state <> 'healed' and own.state <> 'accepted'
        and own.kind <> 'not_captured'
        and own.first_seen_at <= as_of
    limit 10000
),

amount as (
    select
        summed.source_table,
        string_agg(
            format('%s %s', summed.currency, ledger.amount_text(summed.amount, summed.currency)), ', '
            order by summed.currency
        ) as words
    from (
        select open.source_table, open.currency, sum(open.amount) as amount
        from open
        where open.currency is not null
        group by open.source_table, open.currency
    ) as summed
    group by summed.source_table
)

select
    'DATA_INCONSISTENCY',
    counted.source_table,
    null,
    'medium',
    counted.number,
    0,
    'differences',
    concat_ws(
        ', ',
        format('%s difference%s', counted.number, case counted.number when 1 then '' else 's' end),
        (select amount.words from amount where amount.source_table is not distinct from counted.source_table)
    ),
    'pgsync differences list; pgsync verify --heal --dry-run',
    counted.since,
    null,
    true
from (
    select open.source_table, count(*) as number, min(open.first_seen_at) as since
    from open
    group by open.source_table
) as counted
union all
select
    'DATA_INCONSISTENCY',
    differing.source_table,
    own.name,
    'medium',
    1,
    0,
    'nodes',
    format('node %s does not have the same records', own.name),
    format('pgsync node resync %s', own.name),
    own.diverged_at,
    null,
    true
from pgsync.nodes as own
cross join lateral unnest(own.diverged_tables) as differing (source_table)
where own.diverged_at is not null;
$$;

comment on function pgsync.difference_alerts(timestamptz)
is 'The alerts DATA_INCONSISTENCY: tables from which the ledger or a node differs.';
