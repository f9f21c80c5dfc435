-- The part of a TRUNCATE for some of its records, named as in sync_master_status, whose slots the caller
-- holds: reverses their current entries in its name and on its date.
create or replace function pgsync.empty_records(truncation pgsync.sync_logs, record_ids text[])
returns bigint[]
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
declare
    v_day constant date := (
        truncation.captured_at at time zone pgsync.configuration_text('books_time_zone')
    )::date;
    v_rows tid[];
    v_entries bigint[];
    v_count integer;
    v_taken_back bigint[] := array[]::bigint[];
begin
    select array_agg(standing.ctid), array_agg(entry.id) filter (where entry.id is not null)
    into v_rows, v_entries
    from unnest(record_ids) as listed (record_id)
    cross join lateral (
        select master.ctid, master.entry_ids
        from pgsync.sync_master_status as master
        where master.source_table = truncation.source_table
            and master.record_id = listed.record_id collate "C"
            and master.last_change < truncation.id
        offset 0
    ) as standing
    left join lateral unnest(standing.entry_ids) as entry (id) on true;

    v_count := coalesce(cardinality(v_entries), 0);
    if v_count > 0 then
        select taken.ids
        into v_taken_back
        from pgsync.reverse_entries(
            v_entries,
            array_fill(truncation.id, array[v_count]),
            array_fill(false, array[v_count]),
            array_fill(v_day, array[v_count]),
            array_fill(truncation.correlation_id, array[v_count])
        ) as taken;
    end if;

    update pgsync.sync_master_status as master
    set
        last_change = truncation.id,
        last_xid = truncation.captured_xid,
        last_snapshot = null,
        entry_ids = '{}',
        fingerprint = 0,
        rules = '{}',
        updated_at = clock_timestamp()
    where master.ctid = any(v_rows);
    return v_taken_back;
end;
$$;

comment on function pgsync.empty_records(pgsync.sync_logs, text[])
is 'Reverses the current entries of these records of a table that was emptied; returns the reversals.';
