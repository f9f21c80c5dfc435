create or replace function pgsync.sync_score()
returns table (
    score numeric,
    verdict text,
    freshness numeric,
    proven numeric,
    failures numeric,
    sweep numeric,
    cap numeric,
    capped_by text,
    recommendation text,
    verified_at timestamptz
)
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
with latest as (
    select run.job, run.finished_at
    from pgsync.verify_runs as run
    where run.finished_at is not null
        and run.source_table is null
        and run.since is null
        and run.until is null
    order by run.finished_at desc
    limit 1
),

fact as (
    select
        latest.finished_at as verified_at,
        extract(epoch from clock_timestamp() - latest.finished_at) / 86400 as sweep_days,
        pgsync.configuration_integer('verify_interval_days') as interval_days,
        (
            select extract(epoch from clock_timestamp() - min(log.captured_at))
            from (
                select queue.log_id
                from pgsync.sync_queue as queue
                where queue.error_class is null
                order by queue.log_id
                limit 1
            ) as oldest
            inner join pgsync.sync_logs as log on oldest.log_id = log.id
        ) as waiting_seconds,
        (
            select sum(source.records)
            from pgsync.verified_sources as source
            where source.job = latest.job
        ) as records,
        (
            select sum(source.equal + source.no_entry + source.waiting)
            from pgsync.verified_sources as source
            where source.job = latest.job
        ) as proven,
        (
            select coalesce(sum(counted.changes), 0)
            from (
                select
                    (
                        select count(*)
                        from pgsync.sync_queue as queue
                        where queue.source_table = kind.source_table
                            and queue.error_class = kind.error_class
                            and queue.sync_status = kind.sync_status
                    ) as changes
                from pgsync.failed_kinds() as kind
                where kind.sync_status = 'failed'
                union all
                select count(*)
                from pgsync.sync_queue as queue
                where (queue.sync_status = 'failed' or queue.error_class is not null)
                    and (queue.source_table is null or queue.error_class is null)
                    and queue.sync_status = 'failed'
            ) as counted
        ) as dead,
        (
            select count(*)
            from pgsync.sync_differences as difference
            where difference.state in ('open', 'investigating')
        ) as open,
        (select chain.state from pgsync.chain_state as chain) as chain
    from (select) as once
    left join latest on true
),

part as (
    select
        fact.*,
        -- Full for up to a minute, none from an hour on.
        round(25 * (1 - least(greatest(coalesce(fact.waiting_seconds, 0) - 60, 0) / 3540, 1)), 2) as freshness,
        case
            when fact.verified_at is null then null
            when fact.records > 0 then trunc(35 * fact.proven / fact.records, 2)
            else 35
        end as proven_part,
        -- Ten in a hundred records cost all of it.
        case
            when fact.verified_at is null then null
            else trunc(25 * (1 - least(10.0 * fact.dead / greatest(fact.records, fact.dead, 1), 1)), 2)
        end as failures,
        case
            when fact.verified_at is null then null
            else round(15 * (1 - least(greatest(fact.sweep_days / fact.interval_days - 1, 0), 1))::numeric, 2)
        end as sweep
    from fact
),

capped as (
    select
        part.*,
        part.freshness + part.proven_part + part.failures + part.sweep as total,
        least(
            case when part.chain = 'broken' then 30 end,
            case when part.open > 0 then 89 end,
            case when part.sweep_days > 2 * part.interval_days then 94 end
        )::numeric as cap
    from part
)

select
    least(capped.total, capped.cap),
    case
        when capped.total is null then 'unknown'
        when least(capped.total, capped.cap) >= 99 then 'perfect'
        when least(capped.total, capped.cap) >= 95 then 'good'
        when least(capped.total, capped.cap) >= 90 then 'warning'
        else 'critical'
    end,
    capped.freshness,
    capped.proven_part,
    capped.failures,
    capped.sweep,
    capped.cap,
    case
        when capped.total <= capped.cap then null
        when capped.chain = 'broken' then 'a broken chain'
        when capped.open > 0 then format('%s open difference%s', capped.open, case capped.open when 1 then '' else 's' end)
        when capped.cap is not null then 'no full verification for two intervals'
    end,
    case
        when capped.total is null then 'verify everything: pgsync verify'
        when capped.chain = 'broken' then 'find out what was changed: pgsync audit verify'
        when capped.open > 0 then 'see the differences, and heal them: pgsync differences; pgsync verify --heal --dry-run'
        when capped.sweep < 15 then 'verify everything again: pgsync verify'
        when capped.failures < 25 then 'fix and retry the dead letters: pgsync dead list'
        when capped.freshness < 25 then 'find out why changes wait: pgsync status'
        when capped.proven_part < 35 then 'retry what failed or was skipped, then verify again'
        else 'nothing to do'
    end,
    capped.verified_at
from capped;
$$;

comment on function pgsync.sync_score()
is 'How far the ledger can be trusted, from 0 to 100, with its parts; null before the first verification.';
