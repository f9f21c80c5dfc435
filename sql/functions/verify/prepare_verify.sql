-- A reconciliation looks at what has changed since the one before began, and some minutes more: transactions
-- that were under way then have committed since.
create or replace function pgsync.prepare_verify(job bigint)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_job pgsync.sync_jobs;
    v_source regclass;
    v_since timestamptz;
begin
    v_job := pgsync.running_job(prepare_verify.job);
    if v_job.subject <> 'all' then
        select source.source_table
        into v_source
        from pgsync.sources as source
        where source.attached and v_job.subject in (source.table_name, source.source_table::text);
        if not found then
            raise exception '% is not the name of an attached table', v_job.subject
                using errcode = 'undefined_table',
                hint = 'The subject of a verification is all, or a table with its schema.';
        end if;
    end if;
    if v_job.kind = 'reconcile' then
        select max(earlier.started_at) - interval '10 minutes'
        into v_since
        from pgsync.verify_runs as earlier
        inner join pgsync.sync_jobs as done on earlier.job = done.id
        where done.kind = 'reconcile' and done.subject = v_job.subject and done.state in ('completed', 'partial');
        v_since := coalesce(v_since, clock_timestamp() - interval '1 day');
    end if;
    insert into pgsync.verify_runs as run (job, source_table, since, heals)
    values (
        v_job.id,
        v_source,
        v_since,
        v_job.kind = 'reconcile' and pgsync.configuration_boolean('reconcile_heals')
    )
    on conflict on constraint verify_runs_pkey do nothing;
end;
$$;

comment on function pgsync.prepare_verify(bigint)
is 'Sets what a job of kind verify or reconcile looks at, by its subject and setting; see verify_step.';
