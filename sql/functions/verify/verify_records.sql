create or replace function pgsync.verify_records(job bigint, start jsonb, row_limit bigint)
returns table (row_count bigint, next jsonb)
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_run pgsync.verify_runs;
    v_source pgsync.sources;
    v_piece record;
    v_count bigint;
begin
    select run.* into v_run from pgsync.verify_runs as run where run.job = verify_records.job;
    select source.*
    into v_source
    from pgsync.sources as source
    where source.attached
        and source.source_table = any(v_run.whole_tables)
        and source.source_table::oid::bigint >= coalesce((start ->> 'source')::bigint, 0)
        and exists (select from pg_catalog.pg_class as relation where relation.oid = source.source_table)
    order by source.source_table::oid
    limit 1;
    if not found then
        return query select 0::bigint, null::jsonb;
        return;
    end if;
    begin
        v_piece := pgsync.read_piece(
            v_source.function_name || '_read',
            null,
            case when (start ->> 'source')::bigint = v_source.source_table::oid::bigint then start -> 'after' end,
            row_limit
        );
    exception when others then
        perform pgsync.note_unreadable(job, v_source.source_table, sqlstate, sqlerrm);
        return query
        select 0::bigint, jsonb_build_object('source', v_source.source_table::oid::bigint + 1);
        return;
    end;
    v_count := coalesce(cardinality(v_piece.found_ids), 0)::bigint;
    perform pgsync.note_records(
        job, v_source.source_table, coalesce(v_piece.found_ids, '{}'), coalesce(v_piece.images, '{}')
    );
    return query
    select
        v_count,
        case
            when v_count = row_limit
                then jsonb_build_object('source', v_source.source_table::oid::bigint, 'after', v_piece.last_key)
            else jsonb_build_object('source', v_source.source_table::oid::bigint + 1)
        end;
end;
$$;

comment on function pgsync.verify_records(bigint, jsonb, bigint)
is 'The next rows of the attached tables, compared with what is posted; null when all were.';
