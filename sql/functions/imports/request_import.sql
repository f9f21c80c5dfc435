create or replace function pgsync.request_import(
    name text,
    type text default 'daily',
    streams text[] default null,
    since timestamptz default null,
    until timestamptz default null,
    base_url text default null,
    marks boolean default false,
    is_dry boolean default false,
    holds_key boolean default false,
    retried_class text default null,
    trigger text default null
)
returns table (job bigint, sync_id uuid, is_new boolean)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_version integer;
    v_unknown text;
    v_host text;
    v_job bigint;
    v_sync_id uuid;
begin
    select max(newest.version) into v_version from pgsync.imports as newest where newest.name = request_import.name;
    if v_version is null or not pgsync.reaches(request_import.name) then
        raise exception 'there is no import %', request_import.name
            using errcode = 'undefined_object', hint = 'See pgsync import list.';
    elsif coalesce(request_import.type not in ('initial', 'daily', 'manual', 'retry'), true) then
        raise exception 'an import is initial, daily, manual or retry, not %', request_import.type
            using errcode = 'invalid_parameter_value';
    elsif (request_import.since is not null or request_import.until is not null) and request_import.type <> 'manual' then
        raise exception 'only a manual import takes a span of its own' using errcode = 'invalid_parameter_value';
    elsif request_import.until <= request_import.since then
        raise exception 'the span would end before it begins' using errcode = 'invalid_parameter_value';
    end if;
    select string_agg(wanted.stream, ', ')
    into v_unknown
    from unnest(request_import.streams) as wanted (stream)
    where not exists (
        select
        from pgsync.import_streams as known
        where known.import = request_import.name and known.stream = wanted.stream
    );
    if v_unknown is not null then
        raise exception 'import % has no stream %', request_import.name, v_unknown
            using errcode = 'undefined_object', hint = 'See pgsync import list.';
    end if;
    v_host := substring(request_import.base_url from '^https?://([^/:?#@]+)');
    if request_import.base_url is not null
        and not exists (
            select
            from pgsync.endpoints as own
            where own.name = request_import.name and lower(v_host) = any(own.hosts)
        )
    then
        raise exception 'import % may not call %', request_import.name, coalesce(v_host, request_import.base_url)
            using errcode = 'invalid_parameter_value', hint = 'Its definition lists the hosts that may be called.';
    end if;

    select active.id, own.sync_id
    into v_job, v_sync_id
    from pgsync.sync_jobs as active
    inner join pgsync.import_jobs as own on active.id = own.job
    where active.kind = 'import'
        and active.subject = request_import.name
        and active.state in ('pending', 'running', 'waiting');
    if found then
        return query select v_job, v_sync_id, false;
        return;
    end if;
    v_job := pgsync.request_job('import', request_import.name, request_import.type, request_import.trigger);
    insert into pgsync.import_jobs as own (
        job, version, streams, since, until, base_url, marks, is_dry, holds_key, retried_class
    )
    values (
        v_job, v_version, request_import.streams, request_import.since, request_import.until,
        request_import.base_url, coalesce(request_import.marks, false), coalesce(request_import.is_dry, false),
        coalesce(request_import.holds_key, false), request_import.retried_class
    )
    on conflict on constraint import_jobs_pkey do nothing
    returning own.sync_id into v_sync_id;
    -- Another session may have asked for it at the same moment.
    return query
    select v_job, own.sync_id, v_sync_id is not null
    from pgsync.import_jobs as own
    where own.job = v_job;
end;
$$;

comment on function pgsync.request_import(
    text, text, text[], timestamptz, timestamptz, text, boolean, boolean, boolean, text, text
)
is 'Asks for a run of an import; returns its job, or the one that is under way, and whether it is new.';
