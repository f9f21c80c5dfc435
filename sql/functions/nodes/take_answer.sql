-- Runs with the rights of its caller, who must be able to write the tables.
create or replace function pgsync.take_answer(endpoint text, answer jsonb)
returns jsonb
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_parts jsonb;
    v_source record;
    v_table regclass;
    v_ids text[];
    v_seen bigint;
    v_decisions jsonb;
    v_failures jsonb;
    v_all jsonb := '[]'::jsonb;
begin
    perform set_config('pgsync.origin', endpoint, true);
    v_parts := (
        select coalesce(
            jsonb_agg(jsonb_build_object(
                'source_table', part.source_table::oid, 'deletes', part.deletes, 'record_ids', part.record_ids,
                'answers', part.answers
            )),
            '[]'
        )
        from pgsync.answered_records(endpoint, answer -> 'results') as part
    );
    for i in 0 .. jsonb_array_length(v_parts) - 1
    loop
        v_table := (v_parts -> i ->> 'source_table')::oid::regclass;
        v_ids := array(select jsonb_array_elements_text(v_parts -> i -> 'record_ids'));
        select own.* into v_source from pgsync.synced_source(v_table) as own;
        perform pgsync.lock_records(v_table, v_source.key_columns, pgsync.keys_of(v_source.key_columns, v_ids));
        v_seen := pgsync.fold_records(v_table, v_ids);
        v_decisions := (
            select coalesce(jsonb_agg(to_jsonb(decided) order by decided.place), '[]')
            from pgsync.decide_answers(v_table, v_parts -> i -> 'answers') as decided
            where not decided.is_edited and (decided.image is not null or decided.deletes)
        );
        v_failures := '[]';
        if v_decisions <> '[]' and (v_parts -> i ->> 'deletes')::boolean then
            v_failures := pgsync.failures_of(
                v_decisions,
                pgsync.delete_records(
                    v_table,
                    v_source.key_columns,
                    pgsync.keys_of(
                        v_source.key_columns,
                        array(select jsonb_array_elements_text(jsonb_path_query_array(v_decisions, '$[*].record_id')))
                    )
                )
            );
        elsif v_decisions <> '[]' then
            v_failures := pgsync.failures_of(
                v_decisions,
                pgsync.write_records(
                    v_table, v_source.key_columns, v_source.columns, jsonb_path_query_array(v_decisions, '$[*].image')
                )
            );
        end if;
        if v_seen <> pgsync.fold_records(v_table, v_ids) then
            raise exception 'somebody has created one of these records meanwhile' using errcode = 'serialization_failure';
        end if;
        perform pgsync.note_answers(
            endpoint,
            v_table,
            v_parts -> i -> 'answers',
            array(
                select (failure.content ->> 'place')::bigint from jsonb_array_elements(v_failures) as failure (content)
            )
        );
        v_all := v_all || (
            select coalesce(
                jsonb_agg(failure.content || jsonb_build_object(
                    'table', pgsync.exchanged_name(v_table),
                    'record_id', v_parts -> i -> 'answers' -> (failure.content ->> 'place')::integer -> 'record_id'
                )),
                '[]'
            )
            from jsonb_array_elements(v_failures) as failure (content)
        );
    end loop;
    perform pgsync.end_answer(endpoint);
    return jsonb_build_object('failures', v_all);
end;
$$;

comment on function pgsync.take_answer(text, jsonb)
is 'Applies what a master has answered to an upload; returns what could not be applied.';
