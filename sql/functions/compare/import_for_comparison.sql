-- What is compared is what the import brought for this run, and not what another is just writing.
create or replace function pgsync.import_for_comparison(job bigint, imports text[])
returns text
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_job constant pgsync.sync_jobs := pgsync.running_job(import_for_comparison.job);
    v_waits text;
begin
    update pgsync.compare_runs as own
    set
        import_jobs = array(
            select asked.job
            from unnest(import_for_comparison.imports) as wanted (name)
            cross join lateral pgsync.request_import(wanted.name, trigger => 'schedule') as asked
        )
    where own.job = v_job.id and own.import_jobs = '{}' and cardinality(import_for_comparison.imports) > 0;
    select string_agg(format('%s (job %s)', running.subject, running.id), ', ' order by running.id)
    into v_waits
    from pgsync.compare_runs as own
    inner join pgsync.sync_jobs as running on running.id = any(own.import_jobs) and running.finished_at is null
    where own.job = v_job.id;
    return v_waits;
end;
$$;

comment on function pgsync.import_for_comparison(bigint, text[])
is 'Asks for runs of imports that a comparison reads, once; returns those that have not ended.';
