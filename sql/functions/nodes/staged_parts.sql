-- What a record became last counts. Those that others refer to are written first and deleted last.
create or replace function pgsync.staged_parts(endpoint text, force boolean, row_limit integer)
returns table (source_table regclass, is_deleted boolean, places bigint[], record_ids text[])
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_master constant pgsync.masters := pgsync.known_master(staged_parts.endpoint);
    v_guard record;
begin
    -- Its answer may be older than what came since, and what came is held back because of it.
    if v_master.unanswered is not null then
        raise exception 'the upload to % was not answered yet', v_master.endpoint
            using errcode = 'object_not_in_prerequisite_state', hint = 'Send it again before anything is applied.';
    end if;
    perform from pgsync.version_fold for share;
    delete from pgsync.staged_records as own
    using pgsync.staged_records as later
    where own.endpoint = v_master.endpoint
        and later.endpoint = own.endpoint
        and later.source_table = own.source_table
        and later.record_id = own.record_id
        and later.place > own.place;
    select going.source_table, going.number, pgsync.live_records(going.source_table) as live
    into v_guard
    from (
        select own.source_table, count(*) as number
        from pgsync.staged_records as own
        inner join pgsync.record_versions as known
            on own.source_table = known.source_table
                and known.record_id = pgsync.short_id(own.record_id) collate "C"
                and known.deleted_at is null
        where own.endpoint = v_master.endpoint and own.is_deleted
        group by own.source_table
    ) as going
    where pgsync.exceeds_guard(going.number, pgsync.live_records(going.source_table)) and not force
    limit 1;
    if found then
        raise exception 'the master deletes % of % records of %', v_guard.number, v_guard.live, v_guard.source_table
            using errcode = 'PS005',
            hint = 'If that is meant: pgsync sync run --force';
    end if;
    return query
    -- Made once, and not for each record.
    with synced as materialized (
        select listed.source_table, listed.place, known.columns || known.generated_columns as columns
        from pgsync.synced_tables(v_master.tables) as listed
        cross join lateral pgsync.synced_source(listed.source_table) as known
    )

    select
        part.source_table,
        part.is_deleted,
        array_agg(part.place order by part.place),
        array_agg(part.record_id order by part.place)
    from (
        select
            own.*,
            synced.place as level,
            (row_number() over (partition by own.source_table, own.is_deleted order by own.place) - 1) / 1000 as chunk,
            row_number() over (
                order by own.is_deleted, case when own.is_deleted then -synced.place else synced.place end, own.place
            ) as number
        from pgsync.staged_records as own
        inner join synced on own.source_table = synced.source_table
        where own.endpoint = v_master.endpoint
            -- One that waits for a column stands in the way of no other.
            and (own.lacking is null or own.lacking <@ synced.columns)
    ) as part
    where part.number <= row_limit
    group by part.source_table, part.is_deleted, part.level, part.chunk
    order by part.is_deleted, case when part.is_deleted then -part.level else part.level end, part.chunk;
end;
$$;

comment on function pgsync.staged_parts(text, boolean, integer)
is 'The records that came from a master in the order in which they are applied; an error if too many go.';
