-- A run that was cancelled, or that wrote nothing on purpose, says nothing of the import.
create or replace function pgsync.import_alerts(as_of timestamptz)
returns setof pgsync.alert_condition
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
set jit = off
as $$
select
    'IMPORT_FAILED',
    null::regclass,
    own.import,
    'high',
    own.failures::numeric,
    0::numeric,
    'runs',
    case
        when own.waits then format('run %s waits for a person: %s', own.job, own.problem)
        else format('run %s failed: %s', own.job, own.problem)
    end,
    case
        when own.waits then format('pgsync import status %s; pgsync endpoint resume %s', own.import, own.import)
        else format('pgsync import status %s', own.import)
    end,
    own.since,
    null,
    true
from (
    select
        known.name as import,
        latest.id as job,
        latest.finished_at is null as waits,
        concat_ws(
            ': ', coalesce(latest.error_class, latest.wait_class), coalesce(latest.error_message, latest.wait_reason)
        ) as problem,
        coalesce(latest.finished_at, latest.heartbeat_at) as since,
        latest.finished_at is null or latest.state = 'failed' as is_wrong,
        (
            select count(*)
            from pgsync.sync_jobs as failed
            where failed.kind = 'import' and failed.subject = known.name and failed.state = 'failed'
                and failed.id > coalesce(
                    (
                        select max(good.id)
                        from pgsync.sync_jobs as good
                        where good.kind = 'import' and good.subject = known.name
                            and good.state in ('completed', 'partial')
                    ),
                    0
                )
        ) as failures
    from pgsync.endpoints as known
    cross join lateral (
        select run.*
        from pgsync.sync_jobs as run
        left join pgsync.import_jobs as asked on run.id = asked.job
        where run.kind = 'import' and run.subject = known.name
            and (run.state in ('completed', 'partial', 'failed') or run.waits_until = 'infinity')
            and not coalesce(asked.is_dry, false)
        order by run.id desc
        limit 1
    ) as latest
) as own
where own.is_wrong;
$$;

comment on function pgsync.import_alerts(timestamptz)
is 'The alerts IMPORT_FAILED.';
