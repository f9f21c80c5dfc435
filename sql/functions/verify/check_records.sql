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
    from pgsync.compare_records(
        check_records.source_table,
        check_records.record_ids,
        pgsync.pair_images(check_records.record_ids, v_piece.found_ids, v_piece.images)
    ) as compared;
end;
$$;

comment on function pgsync.check_records(regclass, text[])
is 'Reads the rows of records and compares them with what is posted: see compare_records.';
