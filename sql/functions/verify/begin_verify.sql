create or replace function pgsync.begin_verify(
    source regclass default null,
    since timestamptz default null,
    until timestamptz default null,
    heals boolean default false,
    dry_run boolean default false,
    trigger text default null
)
returns table (job bigint, resumed boolean)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_job record;
    v_run pgsync.verify_runs;
    v_type constant text := case
        when begin_verify.since is not null or begin_verify.until is not null then 'span'
        when begin_verify.source is not null then 'table'
        else 'full'
    end;
begin
    if begin_verify.source is not null and not exists (
        select
        from pgsync.sources as known
        where known.source_table = begin_verify.source and known.attached
    ) then
        raise exception '% is not attached', begin_verify.source
            using errcode = 'object_not_in_prerequisite_state',
            hint = 'These are: select source_table from pgsync.sources where attached;';
    elsif begin_verify.since >= begin_verify.until then
        raise exception 'the span ends at %, before it begins at %', begin_verify.until, begin_verify.since
            using errcode = 'invalid_parameter_value';
    end if;

    select begun.*
    into v_job
    from pgsync.begin_job(
        'verify',
        coalesce(begin_verify.source::text, 'all'),
        v_type,
        begin_verify.trigger
    ) as begun;

    if exists (
        select
        from pgsync.sync_jobs as own
        where own.id = v_job.job and coalesce(own.type, v_type) <> v_type
    ) then
        raise exception 'job % of this subject was requested otherwise, and has not ended', v_job.job
            using errcode = 'object_in_use',
            hint = format('Let a worker run it, or end it: select pgsync.cancel_job(%s);', v_job.job);
    end if;
    insert into pgsync.verify_runs as run (job, source_table, since, until, heals, dry_run)
    values (
        v_job.job,
        begin_verify.source,
        begin_verify.since,
        begin_verify.until,
        begin_verify.heals,
        begin_verify.heals and begin_verify.dry_run
    )
    on conflict on constraint verify_runs_pkey do nothing;
    select run.* into v_run from pgsync.verify_runs as run where run.job = v_job.job;
    if (v_run.since, v_run.until, v_run.heals, v_run.dry_run)
        is distinct from (
            begin_verify.since, begin_verify.until, begin_verify.heals, begin_verify.heals and begin_verify.dry_run
        )
    then
        raise exception 'job % verifies this already, with another span or healing', v_job.job
            using errcode = 'object_in_use',
            detail = 'It was interrupted and can be resumed with what it was begun with.',
            hint = format('Resume it so, or end it: select pgsync.cancel_job(%s);', v_job.job);
    end if;
    return query select v_job.job, v_job.resumed;
end;
$$;

comment on function pgsync.begin_verify(regclass, timestamptz, timestamptz, boolean, boolean, text)
is 'Begins or resumes a verification in this session: of one table or all, of a span of changes or all.';
