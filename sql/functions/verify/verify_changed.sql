-- The records that changed within the span, once for each piece of the log in which they did: so what an hour
-- has changed is verified without reading whole tables. No loop here runs over a query: code of a table's
-- owner could fetch from its cursor.
create or replace function pgsync.verify_changed(job bigint, start jsonb, row_limit bigint)
returns table (row_count bigint, next jsonb)
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
set enable_mergejoin = off
set plan_cache_mode = force_custom_plan
set jit = off
as $$
#variable_conflict use_column
declare
    v_run pgsync.verify_runs;
    v_after bigint;
    v_through bigint;
    v_count bigint;
    v_tables regclass[];
    v_table regclass;
    v_function_name text;
    v_records text[];
    v_piece record;
begin
    select run.* into v_run from pgsync.verify_runs as run where run.job = verify_changed.job;
    v_after := coalesce((start ->> 'after')::bigint, pgsync.change_before(v_run.since));
    select count(*), max(log.id)
    into v_count, v_through
    from (
        select own.id
        from pgsync.sync_logs as own
        where own.id > v_after
        order by own.id
        limit row_limit
    ) as log;
    v_tables := array(
        select distinct log.source_table
        from pgsync.sync_logs as log
        inner join pgsync.sources as source on log.source_table = source.source_table and source.attached and source.posts
        inner join pg_catalog.pg_class as relation on relation.oid = log.source_table
        where log.id > v_after
            and log.id <= v_through
            and (v_run.source_table is null or log.source_table = v_run.source_table)
            -- All rows of these are compared anyway.
            and log.source_table <> all(v_run.whole_tables)
    );
    foreach v_table in array v_tables
    loop
        select source.function_name into v_function_name from pgsync.sources as source where source.source_table = v_table;
        v_records := array(
            select distinct log.record_id
            from pgsync.sync_logs as log
            where log.id > v_after
                and log.id <= v_through
                and log.source_table = v_table
                and log.action <> 'truncate'
                and (v_run.since is null or log.captured_at >= v_run.since)
                and (v_run.until is null or log.captured_at < v_run.until)
                -- Its later change comes in a later piece.
                and not exists (
                    select
                    from pgsync.sync_master_status as master
                    where v_run.until is null
                        and master.source_table = log.source_table
                        and master.record_id = pgsync.short_id(log.record_id) collate "C"
                        and master.last_audited > v_through
                )
        );
        continue when v_records = '{}';
        begin
            v_piece := pgsync.read_piece(v_function_name || '_read', v_records, null, null);
        exception when others then
            perform pgsync.note_unreadable(job, v_table, sqlstate, sqlerrm);
            continue;
        end;
        perform pgsync.note_records(
            job,
            v_table,
            v_records,
            pgsync.pair_images(v_records, v_piece.found_ids, v_piece.images)
        );
    end loop;
    return query select v_count, case when v_count = row_limit then jsonb_build_object('after', v_through) end;
end;
$$;

comment on function pgsync.verify_changed(bigint, jsonb, bigint)
is 'The records of the next changes within the span of a verification, compared with what is posted.';
