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
    v_name text;
    v_import bigint;
    v_is_whole boolean;
    v_others text;
    v_waits text;
begin
    for v_name in
        select wanted.name
        from unnest(import_for_comparison.imports) as wanted (name)
        where not exists (
            select
            from pgsync.compare_runs as own
            inner join pgsync.sync_jobs as known on known.id = any(own.import_jobs)
            where own.job = v_job.id and known.subject = wanted.name
        )
    loop
        begin
            select asked.job into v_import from pgsync.request_import(v_name, trigger => v_job.trigger) as asked;
            -- One of a part, or that writes nothing, is waited for, and another asked for then.
            v_is_whole := (
                select not own.is_dry and own.streams is null and own.since is null and own.until is null
                from pgsync.import_jobs as own
                where own.job = v_import
            );
            if not v_is_whole then
                v_others := concat_ws(', ', v_others, v_name || ' (another run)');
            else
                update pgsync.compare_runs as own
                set import_jobs = own.import_jobs || v_import
                where own.job = v_job.id;
            end if;
        exception
            -- Its entities are not compared, and say why.
            when undefined_object then
                null;
        end;
    end loop;
    select string_agg(format('%s (job %s)', running.subject, running.id), ', ' order by running.id)
    into v_waits
    from pgsync.compare_runs as own
    inner join pgsync.sync_jobs as running on running.id = any(own.import_jobs) and running.finished_at is null
    where own.job = v_job.id;
    return nullif(concat_ws(', ', v_others, v_waits), '');
end;
$$;

comment on function pgsync.import_for_comparison(bigint, text[])
is 'Asks for runs of imports that a comparison reads, once; returns those that have not ended.';
