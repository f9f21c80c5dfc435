-- For psql, in one statement: a long one for big tables. pgsync verify works in short steps instead.
create or replace function pgsync.verify_sync_integrity(
    reference_type text default null,
    start_date date default null,
    end_date date default null
)
returns table (
    reference text,
    records bigint,
    equal bigint,
    waiting bigint,
    failed bigint,
    differences bigint,
    corrected bigint,
    details text
)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_zone constant text := pgsync.configuration_text('books_time_zone');
    v_source regclass;
    v_job bigint;
    v_state text;
begin
    if reference_type is not null then
        -- With its schema, or without if no other attached table has the name.
        select case when count(*) = 1 then min(source.source_table::oid)::regclass end
        into v_source
        from pgsync.sources as source
        inner join pg_catalog.pg_class as relation on relation.oid = source.source_table
        where source.attached
            and reference_type in (source.table_name, relation.relname);
        if v_source is null then
            raise exception '% is not the name of one attached table', reference_type
                using errcode = 'undefined_table',
                hint = 'These are attached: select table_name from pgsync.sources where attached;';
        end if;
    end if;
    select begun.job
    into v_job
    from pgsync.begin_verify(
        v_source,
        start_date::timestamp at time zone v_zone,
        (end_date + 1)::timestamp at time zone v_zone,
        heals => true,
        trigger => 'psql'
    ) as begun;
    loop
        select step.state into v_state from pgsync.verify_step(v_job, 5000) as step;
        exit when v_state <> 'running';
    end loop;
    return query
    select
        pgsync.qualified_name(source.source_table),
        source.records,
        source.equal + source.no_entry,
        source.waiting,
        source.failed,
        coalesce(known.open, 0),
        coalesce(known.healed, 0),
        known.details
    from pgsync.verified_sources as source
    left join lateral (
        select
            count(*) filter (where difference.state <> 'healed') as open,
            count(*) filter (where difference.state = 'healed') as healed,
            string_agg(format('%s %s: %s', difference.kind, difference.record_id, difference.found), '; ' order by difference.id)
            filter (where difference.id < first.id + 10) as details
        from pgsync.sync_differences as difference
        cross join (
            select min(own.id) as id
            from pgsync.sync_differences as own
            where own.last_job = v_job and own.source_table = source.source_table
        ) as first
        where difference.last_job = v_job and difference.source_table = source.source_table
    ) as known on true
    where source.job = v_job
    union all
    select null, null, null, null, null, 1, 0, difference.kind || ': ' || difference.found
    from pgsync.sync_differences as difference
    where difference.last_job = v_job and difference.source_table is null and difference.state <> 'accepted'
    order by 1 nulls last;
end;
$$;

comment on function pgsync.verify_sync_integrity(text, date, date)
is 'Compares the ledger with one table or all, heals what may be healed, and returns what it did.';
