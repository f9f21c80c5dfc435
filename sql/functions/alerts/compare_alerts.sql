-- By the newest run that looked at an entity. What the run has mended is no difference any longer.
create or replace function pgsync.compare_alerts(as_of timestamptz)
returns setof pgsync.alert_condition
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
set jit = off
as $$
with newest as (
    select distinct on (run.comparison, result.entity)
        run.comparison, result.*, run.finished_at, result.differences - result.healed as differing
    from pgsync.compare_runs as run
    inner join pgsync.compare_results as result on run.job = result.job
    where run.finished_at <= as_of
    order by run.comparison, result.entity, run.number desc
)

select
    'COMPARISON_DIFFERS',
    null::regclass,
    newest.comparison || ' ' || newest.entity,
    case when newest.verdict = 'critical' then 'high' else 'medium' end,
    case when newest.state = 'compared' then trunc(newest.match, 1) end,
    case when newest.state = 'compared' then 95 end,
    'percent',
    case
        when newest.state = 'compared'
            then format(
                '%s%s rows of %s differ, a match of %s %%', case when newest.beyond > 0 then 'at least ' else '' end,
                newest.differing, newest.entity, trunc(newest.match, 1)
            )
        else format('%s was not compared: %s', newest.entity, newest.problem)
    end,
    format('pgsync compare differences %s --entity %s', newest.comparison, newest.entity),
    newest.finished_at,
    null,
    true
from newest
-- What a later run of all entities no longer has is compared no longer.
where not exists (
        select
        from pgsync.compare_runs as later
        where later.comparison = newest.comparison
            and later.entities is null
            and later.finished_at <= as_of
            and later.finished_at > newest.finished_at
    )
    and (newest.state <> 'compared'
    or newest.verdict in ('warning', 'critical') and newest.differing > 0);
$$;

comment on function pgsync.compare_alerts(timestamptz)
is 'The alert COMPARISON_DIFFERS.';
