-- Runs with the rights of its caller, who must be able to write the tables. Rows that others refer to are
-- written first and deleted last; what still has to wait for another row, or for a unique value, is tried
-- again until nothing more can be written.
create or replace function pgsync.take_upload(
    node text,
    records jsonb,
    sequence bigint default null,
    body_hash bytea default null,
    clock bigint default null
)
returns jsonb
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_answer jsonb;
    v_items jsonb;
    v_parts jsonb;
    v_results jsonb := '[]'::jsonb;
    v_part jsonb;
    v_taken jsonb;
    v_again integer[];
    v_before integer;
begin
    v_answer := pgsync.begin_upload(node, sequence, body_hash, clock);
    if v_answer is not null then
        return v_answer || '{"replayed": true}';
    end if;
    perform set_config('pgsync.origin', node, true);

    v_items := pgsync.checked_records(node, records);
    v_results := coalesce(jsonb_path_query_array(v_items, '$[*] ? (@.status == "failed")'), '[]');
    v_again := array(
        select (element.content ->> 'place')::integer
        from jsonb_array_elements(v_items) as element (content)
        where not element.content ? 'status'
    );
    while cardinality(v_again) > 0 and cardinality(v_again) is distinct from v_before
    loop
        v_before := cardinality(v_again);
        v_results := jsonb_path_query_array(v_results, '$[*] ? (!(@.is_open == true))');
        v_parts := (
            select jsonb_agg(
                    to_jsonb(part)
                    order by part.round, part.deletes, case when part.deletes then -part.level else part.level end
                )
            from (
                select
                    element.content ->> 'source_table' as source_table,
                    element.content ->> 'action' = 'delete' as deletes,
                    (element.content ->> 'level')::bigint as level,
                    (element.content ->> 'round')::bigint as round,
                    jsonb_agg(element.content order by (element.content ->> 'place')::integer) as records
                from jsonb_array_elements(v_items) as element (content)
                where (element.content ->> 'place')::integer = any(v_again)
                group by 1, 2, 3, 4
            ) as part
        );
        for i in 0 .. jsonb_array_length(v_parts) - 1
        loop
            v_part := v_parts -> i;
            v_taken := pgsync.take_records(node, (v_part ->> 'source_table')::oid::regclass, v_part -> 'records');
            v_results := v_results || v_taken;
        end loop;
        v_again := array(
            select (result.content ->> 'place')::integer
            from jsonb_array_elements(v_results) as result (content)
            where result.content -> 'error' ->> 'class' in ('data.reference', 'conflict.unique')
        );
        if cardinality(v_again) < v_before then
            v_results := (
                select coalesce(jsonb_agg(
                    case
                        when (result.content ->> 'place')::integer = any(v_again)
                            then result.content || '{"is_open": true}'
                        else result.content
                    end
                ), '[]')
                from jsonb_array_elements(v_results) as result (content)
            );
        end if;
    end loop;

    return pgsync.end_upload(
        node,
        (
            select coalesce(
                jsonb_agg(
                    jsonb_build_object(
                        'table', records -> (result.content ->> 'place')::integer -> 'table',
                        'id', records -> (result.content ->> 'place')::integer -> 'id'
                    ) || (result.content - array['place', 'is_open'])
                    order by (result.content ->> 'place')::integer
                ),
                '[]'
            )
            from jsonb_array_elements(v_results) as result (content)
        )
    );
end;
$$;

comment on function pgsync.take_upload(text, jsonb, bigint, bytea, bigint)
is 'Takes records from a node; returns what became of each, the same for an upload that came before.';
