create or replace function pgsync.begin_comparison(job bigint)
returns table (
    name text,
    content text,
    number bigint,
    entities text[],
    heals boolean,
    is_dry boolean,
    done text[]
)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_job constant pgsync.sync_jobs := pgsync.running_job(begin_comparison.job);
begin
    -- A schedule asks for a job without more.
    perform pgsync.add_compare_run(v_job.id, v_job.subject, max(newest.version), null, v_job.type = 'sync', false)
    from pgsync.comparisons as newest
    where newest.name = v_job.subject
    having count(*) > 0;
    -- One that was interrupted while it mended is not begun again: what is left is found by the next run.
    update pgsync.compare_results as own
    set heal_problem = 'it was interrupted; the next run goes on'
    from pgsync.compare_runs as run
    where own.job = v_job.id
        and run.job = own.job
        and run.heals
        and not run.is_dry
        and own.is_due
        and own.heal_problem is null
        and exists (
            select
            from pgsync.compare_differences as known
            where known.job = own.job and known.entity = own.entity and known.state = 'found'
        );
    return query
    select
        v_job.subject, applied.content, own.number, own.entities, own.heals, own.is_dry,
        array(select earlier.entity from pgsync.compare_results as earlier where earlier.job = own.job)
    from pgsync.compare_runs as own
    inner join pgsync.comparisons as applied on own.comparison = applied.name and own.version = applied.version
    where own.job = v_job.id;
end;
$$;

comment on function pgsync.begin_comparison(bigint)
is 'What the job of a comparison that this session runs is to do; nothing if there is no such comparison.';
