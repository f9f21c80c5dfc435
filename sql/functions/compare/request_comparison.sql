create or replace function pgsync.request_comparison(
    name text,
    entities text[] default null,
    heals boolean default false,
    is_dry boolean default false,
    trigger text default null
)
returns table (job bigint, is_new boolean)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_version integer;
    v_job bigint;
    v_number bigint;
    v_known text[];
    v_unknown text;
begin
    select newest.version, newest.entities
    into v_version, v_known
    from pgsync.comparisons as newest
    where newest.name = request_comparison.name
    order by newest.version desc
    limit 1;
    if v_version is null then
        raise exception 'there is no comparison %', request_comparison.name
            using errcode = 'undefined_object', hint = 'See pgsync compare list.';
    end if;
    select asked.name
    into v_unknown
    from unnest(request_comparison.entities) as asked (name)
    where asked.name is null or asked.name <> all(v_known)
    limit 1;
    if found then
        raise exception '% has no entity %', request_comparison.name, coalesce(v_unknown, 'null')
            using errcode = 'invalid_parameter_value', hint = format('It has %s.', array_to_string(v_known, ', '));
    elsif cardinality(request_comparison.entities) = 0 then
        raise exception 'no entities are named'
            using errcode = 'invalid_parameter_value', hint = 'Leave them out to compare all.';
    end if;
    select active.id
    into v_job
    from pgsync.sync_jobs as active
    where active.kind = 'compare'
        and active.subject = request_comparison.name
        and active.state in ('pending', 'running', 'waiting');
    if found then
        return query select v_job, false;
        return;
    end if;
    v_job := pgsync.request_job(
        'compare', request_comparison.name, case when request_comparison.heals then 'sync' else 'compare' end,
        request_comparison.trigger
    );
    v_number := pgsync.add_compare_run(
        v_job, request_comparison.name, v_version, request_comparison.entities, request_comparison.heals,
        request_comparison.is_dry
    );
    -- Another session may have asked for it at the same moment.
    return query select v_job, v_number is not null;
end;
$$;

comment on function pgsync.request_comparison(text, text[], boolean, boolean, text)
is 'Asks for a run of a comparison; returns its job, or the one that is under way, and whether it is new.';
