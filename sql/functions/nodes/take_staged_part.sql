-- Runs with the rights of its caller, who must be able to write the table.
create or replace function pgsync.take_staged_part(
    endpoint text,
    source_table regclass,
    is_deleted boolean,
    places bigint[],
    record_ids text[]
)
returns jsonb
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_source record;
    v_seen bigint;
    v_decisions jsonb;
    v_writes jsonb;
    v_failures jsonb := '[]'::jsonb;
    v_failed bigint[];
    v_ids text[];
    v_done bigint[];
begin
    select own.* into v_source from pgsync.synced_source(take_staged_part.source_table) as own;
    perform pgsync.lock_records(
        take_staged_part.source_table, v_source.key_columns, pgsync.keys_of(v_source.key_columns, record_ids)
    );
    v_seen := pgsync.fold_records(take_staged_part.source_table, record_ids);
    v_decisions := (
        select coalesce(jsonb_agg(to_jsonb(decided) order by decided.place), '[]')
        from pgsync.decide_staged(endpoint, take_staged_part.source_table, places) as decided
    );
    v_writes := jsonb_path_query_array(v_decisions, '$[*] ? (@.verdict == "write" || @.verdict == "delete")');
    v_ids := array(select jsonb_array_elements_text(jsonb_path_query_array(v_writes, '$[*].record_id')));
    if v_writes <> '[]' and is_deleted then
        v_failures := pgsync.delete_records(
            take_staged_part.source_table, v_source.key_columns, pgsync.keys_of(v_source.key_columns, v_ids)
        );
    elsif v_writes <> '[]' then
        v_failures := pgsync.write_records(
            take_staged_part.source_table,
            v_source.key_columns,
            v_source.columns,
            jsonb_path_query_array(v_writes, '$[*].image')
        );
    end if;
    if v_seen <> pgsync.fold_records(take_staged_part.source_table, record_ids) then
        raise exception 'somebody has created one of these records meanwhile' using errcode = 'serialization_failure';
    end if;
    v_failed := array(
        select (v_writes -> (failure.content ->> 'place')::integer ->> 'place')::bigint
        from jsonb_array_elements(v_failures) as failure (content)
    );
    v_done := array(
        select (decided.content ->> 'place')::bigint
        from jsonb_array_elements(v_decisions) as decided (content)
        where decided.content ->> 'verdict' <> 'hold' and (decided.content ->> 'place')::bigint <> all(v_failed)
    );
    perform pgsync.note_staged(
        endpoint,
        take_staged_part.source_table,
        array(select (written.content ->> 'place')::bigint from jsonb_array_elements(v_writes) as written (content)),
        v_done,
        array(select place from unnest(places) as listed (place) where place <> all(v_failed))
    );
    return (
        select jsonb_build_object(
            'written', count(*) filter (where decided.content ->> 'verdict' = 'write') - cardinality(v_failed),
            'deleted', count(*) filter (where decided.content ->> 'verdict' = 'delete'),
            'held', count(*) filter (where decided.content ->> 'verdict' = 'hold'),
            'unchanged', count(*) filter (where decided.content ->> 'verdict' = 'note')
        )
        from jsonb_array_elements(v_decisions) as decided (content)
    ) || jsonb_build_object(
        'failures', (
            select coalesce(
                jsonb_agg(failure.content || jsonb_build_object(
                    'table', pgsync.exchanged_name(take_staged_part.source_table),
                    'staged', v_writes -> (failure.content ->> 'place')::integer -> 'place',
                    'record_id', v_writes -> (failure.content ->> 'place')::integer -> 'record_id'
                )),
                '[]'
            )
            from jsonb_array_elements(v_failures) as failure (content)
        )
    );
end;
$$;

comment on function pgsync.take_staged_part(text, regclass, boolean, bigint[], text[])
is 'Applies records of one table that came from a master; returns how many, and what failed.';
