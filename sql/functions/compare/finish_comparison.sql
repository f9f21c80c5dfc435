-- Each cost is nothing where all is well, and grows to 5 points: over a second interval for what the older
-- side has, by a tenth of a point for each open failed item, and over a second week without a full
-- comparison.
create or replace function pgsync.finish_comparison(job bigint, every interval default '6 hours')
returns pgsync.compare_runs
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_job constant pgsync.sync_jobs := pgsync.running_job(finish_comparison.job);
    v_run pgsync.compare_runs;
begin
    update pgsync.compare_results as own
    set coverage = least(100.0 * own.right_count / nullif(covered.right_count, 0), 100)
    from pgsync.compare_results as covered
    where own.job = v_job.id and own.job = covered.job and own.covers = covered.entity;
    update pgsync.compare_runs as own
    set
        finished_at = clock_timestamp(),
        match = found.match,
        freshness_cost = found.freshness_cost,
        failures_cost = found.failures_cost,
        sweep_cost = found.sweep_cost,
        capped_by = found.not_compared,
        health = case
            when found.match is not null then least(
                greatest(found.match - found.freshness_cost - found.failures_cost - found.sweep_cost, 0),
                case when found.not_compared is not null then 89.9 end
            )
        end
    from (
        select
            counted.match,
            counted.not_compared,
            round(5 * least(greatest(coalesce(counted.age / extract(epoch from every), 0) - 1, 0), 1), 2)
            as freshness_cost,
            round(least(5, 0.1 * counted.failed_items), 2) as failures_cost,
            round(5 * least(greatest(counted.days_since_all / 7 - 1, 0), 1), 2) as sweep_cost
        from (
            select
                sum(result.weight * result.match) / nullif(sum(result.weight) filter (where result.match is not null), 0)
                as match,
                string_agg(result.entity, ', ' order by result.place)
                filter (where result.state = 'not_compared' or result.beyond > 0)
                as not_compared,
                extract(epoch from clock_timestamp() - min(result.data_at)) as age,
                (
                    select count(*)
                    from pgsync.sync_failed_items as item
                    where item.state <> 'resolved'
                        and (
                            item.kind = 'compare' and item.subject = v_job.subject
                            or item.kind = 'import'
                            and exists (
                                select
                                from pgsync.compare_runs as asked
                                inner join pgsync.sync_jobs as ran on ran.id = any(asked.import_jobs)
                                where asked.job = v_job.id and ran.subject = item.subject
                            )
                        )
                ) as failed_items,
                coalesce(
                    (
                        select extract(epoch from clock_timestamp() - max(earlier.started_at)) / 86400
                        from pgsync.compare_runs as earlier
                        where earlier.comparison = v_job.subject
                            and earlier.entities is null
                            and (earlier.finished_at is not null or earlier.job = v_job.id)
                    ),
                    14
                ) as days_since_all
            from pgsync.compare_results as result
            where result.job = v_job.id
        ) as counted
    ) as found
    where own.job = v_job.id
    returning own.* into v_run;
    return v_run;
end;
$$;

comment on function pgsync.finish_comparison(bigint, interval)
is 'Ends the run of a comparison with its score, made of the results of its entities.';
