create or replace function pgsync.check_records(source_table regclass, record_ids text[])
returns setof pgsync.record_verdict
language plpgsql
volatile
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_function_name text;
    v_piece record;
begin
    select source.function_name
    into v_function_name
    from pgsync.sources as source
    where source.source_table = check_records.source_table;
    v_piece := pgsync.read_piece(v_function_name || '_read', check_records.record_ids, null, null);
    return query
    select compared.*
    from (
        select array_agg(listed.record_id) as record_ids, array_agg(read.image) as images
        from unnest(check_records.record_ids) as listed (record_id)
        left join unnest(v_piece.found_ids, v_piece.images) as read (record_id, image)
            on listed.record_id = read.record_id
    ) as paired
    cross join lateral pgsync.compare_records(
        check_records.source_table, paired.record_ids, paired.images
    ) as compared;
end;
$$;

comment on function pgsync.check_records(regclass, text[])
is 'Reads the rows of records and compares them with what is posted: see compare_records.';
