-- Reads the audit log from its end, by page ranges, and never more of it than the limit.
create or replace function pgsync.recent_outcomes(most integer default 200000)
returns table (
    outcome pgsync.outcome,
    last_minute bigint,
    last_hour bigint,
    is_minute_capped boolean,
    is_hour_capped boolean
)
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set max_parallel_workers_per_gather = 0
set jit = off
as $$
with counted as materialized (
    select
        seen.span,
        seen.outcome,
        count(*) as changes
    from (
        (
            select
                'minute' as span,
                audit.outcome
            from pgsync.sync_audit_log as audit
            where audit.recorded_at > now() - interval '1 minute'
            limit most::bigint + 1
        )
        union all
        (
            select
                'hour',
                audit.outcome
            from pgsync.sync_audit_log as audit
            where audit.recorded_at > now() - interval '1 hour'
            limit most::bigint + 1
        )
    ) as seen
    group by seen.span, seen.outcome
)

select
    known.outcome,
    coalesce(minute.changes, 0),
    coalesce(hour.changes, 0),
    coalesce((select sum(counted.changes) > most from counted where counted.span = 'minute'), false),
    coalesce((select sum(counted.changes) > most from counted where counted.span = 'hour'), false)
from unnest(enum_range(null::pgsync.outcome)) as known (outcome)
left join counted as minute on minute.span = 'minute' and known.outcome = minute.outcome
left join counted as hour on hour.span = 'hour' and known.outcome = hour.outcome
order by known.outcome;
$$;

comment on function pgsync.recent_outcomes(integer)
is 'How many changes ended how in the last minute and the last hour; above the limit, a lower bound.';
