-- Messages of failures may quote a row; the meaning of the class does not. Of very many dead letters, only
-- some are looked at.
create or replace function pgsync.failure_alerts(as_of timestamptz)
returns setof pgsync.alert_condition
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
set jit = off
as $$
with setting as (
    select
        pgsync.configuration_number('alert_failure_percent') as percent,
        pgsync.configuration_integer('alert_failure_count') as number,
        pgsync.configuration_integer('alert_dead_letters') as dead
),

seen as materialized (
    select queue.log_id, queue.error_class, queue.last_sync_attempt
    from pgsync.sync_queue as queue
    where queue.error_class is not null and queue.sync_status = 'failed'
    limit 2000
),

dead as (
    select log.source_table, seen.error_class, count(*) as number, min(seen.last_sync_attempt) as since
    from seen
    cross join lateral (
        select own.source_table from pgsync.sync_logs as own where own.id = seen.log_id offset 0
    ) as log
    group by log.source_table, seen.error_class
),

fact as (
    select
        coalesce(dead.source_table, recent.source_table) as source_table,
        coalesce(dead.error_class, recent.error_class) as error_class,
        coalesce(dead.number, 0) as dead,
        dead.since,
        recent.failed,
        recent.attempts,
        recent.span,
        coalesce(100.0 * recent.failed / recent.attempts, 0) as percent
    from dead
    full join pgsync.recent_failures(as_of) as recent
        on dead.source_table = recent.source_table and dead.error_class = recent.error_class
),

judged as (
    select
        fact.*,
        setting.percent as percent_limit,
        setting.dead as dead_limit,
        coalesce(fact.failed, 0) >= setting.number and fact.percent >= setting.percent as fails,
        fact.dead >= setting.dead as is_dead,
        (coalesce(fact.failed, 0) >= setting.number and fact.percent >= greatest(50, setting.percent))
        or fact.dead >= 100 * setting.dead as is_critical
    from fact
    cross join setting
)

select
    'SYNC_FAILURES',
    judged.source_table,
    judged.error_class,
    case when judged.is_critical then 'critical' else 'high' end,
    case when judged.fails then round(judged.percent, 1) else judged.dead end,
    case when judged.fails then judged.percent_limit else judged.dead_limit end,
    case when judged.fails then 'percent' else 'changes' end,
    concat_ws(
        '; ',
        case
            when judged.fails
                then format(
                    '%s of %s attempts failed within %s (%s %%)', judged.failed, judged.attempts,
                    pgsync.duration_words(judged.span), round(judged.percent, 1)
                )
        end,
        case
            when judged.dead > 0
                then format(
                    '%s%s dead letter%s', case when (select count(*) from seen) = 2000 then 'at least ' else '' end,
                    judged.dead, case judged.dead when 1 then '' else 's' end
                )
        end,
        (select known.meaning from pgsync.error_classes() as known where known.class = judged.error_class)
    ),
    format('pgsync dead list --class %s; mend the cause, then pgsync retry --class %1$s', judged.error_class),
    judged.since,
    null,
    true
from judged
where judged.fails or judged.is_dead;
$$;

comment on function pgsync.failure_alerts(timestamptz)
is 'The alerts SYNC_FAILURES: tables of which a share of the attempts failed, or that have dead letters.';
