create or replace function pgsync.begin_import(job bigint)
returns table (
    name text,
    content text,
    type text,
    streams text[],
    since timestamptz,
    until timestamptz,
    base_url text,
    marks boolean,
    is_dry boolean,
    holds_key boolean,
    retried_class text,
    run_start timestamptz
)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_job constant pgsync.sync_jobs := pgsync.running_job(begin_import.job);
begin
    -- A schedule asks for a job without more.
    insert into pgsync.import_jobs (job, version)
    select v_job.id, max(newest.version)
    from pgsync.imports as newest
    where newest.name = v_job.subject
    having count(*) > 0
    on conflict on constraint import_jobs_pkey do nothing;
    update pgsync.import_jobs as own
    set
        run_start = coalesce(
            own.run_start,
            clock_timestamp() + coalesce(
                (select called.clock_skew from pgsync.endpoints as called where called.name = v_job.subject), '0'
            )
        )
    where own.job = v_job.id;
    return query
    select
        v_job.subject, applied.content, coalesce(v_job.type, 'daily'), own.streams, own.since, own.until, own.base_url,
        own.marks, own.is_dry, own.holds_key, own.retried_class, own.run_start
    from pgsync.import_jobs as own
    inner join pgsync.imports as applied on applied.name = v_job.subject and own.version = applied.version
    where own.job = v_job.id;
end;
$$;

comment on function pgsync.begin_import(bigint)
is 'What the job of an import that this session runs is to fetch; nothing if there is no such import.';
