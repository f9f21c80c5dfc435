-- Numbers that people read are cut off, and never rounded up: 98.96 is not 99.
create or replace function pgsync.compare_report(job bigint)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
select jsonb_build_object(
    'comparison', run.comparison,
    'version', run.version,
    'left_name', applied.left_name,
    'right_name', applied.right_name,
    'run', run.number,
    'job', run.job,
    'state', ran.state,
    'error_message', ran.error_message,
    'correlation_id', ran.correlation_id,
    'started_at', pgsync.utc_text(run.started_at),
    'finished_at', pgsync.utc_text(run.finished_at),
    'seconds', round(extract(epoch from run.finished_at - run.started_at), 1),
    'syncs', run.heals,
    'dry_run', run.is_dry,
    'match', trunc(run.match, 1),
    'exact_match', run.match,
    'health', trunc(run.health, 1),
    'label', run.label,
    'costs', jsonb_build_object(
        'freshness', run.freshness_cost, 'failed_items', run.failures_cost, 'sweep', run.sweep_cost
    ),
    'capped_by', run.capped_by,
    'entities', coalesce(
        (
            select jsonb_agg(
                jsonb_build_object(
                    'entity', result.entity,
                    'state', result.state,
                    'problem', result.problem,
                    'left', result.left_count,
                    'right', result.right_count,
                    'net', result.left_count - result.right_count,
                    'matched', result.matched,
                    'missing_left', result.missing_left,
                    'missing_right', result.missing_right,
                    'different', result.different,
                    'ambiguous', result.ambiguous,
                    'differences', result.differences,
                    'moving', result.moving,
                    'capped', result.beyond > 0,
                    'match', trunc(result.match, 1),
                    'exact_match', result.match,
                    'verdict', result.verdict,
                    'weight', result.weight,
                    'sync_above', result.sync_above,
                    'due', result.is_due,
                    'covers', result.covers,
                    'coverage', trunc(result.coverage, 1),
                    'metrics', result.metrics,
                    'groups', result.groups,
                    'data_at', pgsync.utc_text(result.data_at),
                    'healed', result.healed,
                    'unhealed', result.unhealed,
                    'guarded', result.is_guarded,
                    'heal_problem', result.heal_problem,
                    'seconds', round(extract(epoch from result.duration), 2)
                )
                order by result.place
            )
            from pgsync.compare_results as result
            where result.job = run.job
        ),
        '[]'
    )
)
from pgsync.compare_runs as run
inner join pgsync.sync_jobs as ran on run.job = ran.id
inner join pgsync.comparisons as applied on run.comparison = applied.name and run.version = applied.version
where run.job = compare_report.job;
$$;

comment on function pgsync.compare_report(bigint)
is 'The report of a run of a comparison: its score, and what it found of each entity; null if there is none.';
