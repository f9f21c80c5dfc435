-- Runs with the rights of its caller, who must be able to write the table.
create or replace function pgsync.take_records(node text, source_table regclass, records jsonb)
returns jsonb
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_source record;
    v_ids text[];
    v_seen bigint;
    v_decisions jsonb;
    v_writes jsonb;
    v_deletes jsonb;
    v_failures jsonb := '[]'::jsonb;
begin
    select own.* into v_source from pgsync.synced_source(take_records.source_table) as own;
    v_ids := array(
        select element.content ->> 'record_id' from jsonb_array_elements(records) with ordinality as element (content, place)
        order by element.place
    );
    perform pgsync.lock_records(take_records.source_table, v_source.key_columns, pgsync.keys_of(v_source.key_columns, v_ids));
    v_seen := pgsync.fold_records(take_records.source_table, v_ids);
    v_decisions := (
        select jsonb_agg(to_jsonb(decided) order by decided.place)
        from pgsync.decide_upload(take_records.node, take_records.source_table, records) as decided
    );
    select
        coalesce(
            jsonb_agg(element.content order by element.content -> 'place')
            filter (where jsonb_typeof(element.content -> 'result_image') = 'object'),
            '[]'
        ),
        coalesce(
            jsonb_agg(element.content order by element.content -> 'place')
            filter (where (element.content ->> 'deletes')::boolean),
            '[]'
        )
    into v_writes, v_deletes
    from jsonb_array_elements(v_decisions) as element (content);

    if v_writes <> '[]' then
        v_failures := v_failures || pgsync.failures_of(
            v_writes,
            pgsync.write_records(
                take_records.source_table,
                v_source.key_columns,
                v_source.columns,
                jsonb_path_query_array(v_writes, '$[*].result_image')
            )
        );
    end if;
    if v_deletes <> '[]' then
        v_failures := v_failures || pgsync.failures_of(
            v_deletes,
            pgsync.delete_records(
                take_records.source_table,
                v_source.key_columns,
                pgsync.keys_of(
                    v_source.key_columns,
                    array(select element.content ->> 'record_id'
                        from jsonb_array_elements(v_deletes) with ordinality as element (content, place)
                        order by element.place)
                )
            )
        );
    end if;
    if v_seen <> pgsync.fold_records(take_records.source_table, v_ids) then
        raise exception 'somebody has created one of these records meanwhile' using errcode = 'serialization_failure';
    end if;
    return pgsync.note_upload(take_records.node, take_records.source_table, v_decisions, v_failures);
end;
$$;

comment on function pgsync.take_records(text, regclass, jsonb)
is 'Writes records of one table that a node has sent, and returns what became of each.';
