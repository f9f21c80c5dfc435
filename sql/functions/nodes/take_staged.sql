-- Runs with the rights of its caller, who must be able to write the tables.
create or replace function pgsync.take_staged(
    endpoint text,
    force boolean default false,
    row_limit integer default 50000
)
returns jsonb
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_parts jsonb;
    v_again jsonb;
    v_taken jsonb;
    v_sum jsonb := '{"written": 0, "deleted": 0, "held": 0, "unchanged": 0}'::jsonb;
    v_before integer;
begin
    perform set_config('pgsync.origin', endpoint, true);
    v_parts := (
        select coalesce(
            jsonb_agg(jsonb_build_object(
                'source_table', part.source_table::oid, 'is_deleted', part.is_deleted,
                'places', part.places, 'record_ids', part.record_ids
            )),
            '[]'
        )
        from pgsync.staged_parts(endpoint, force, row_limit) as part
    );
    loop
        v_again := '[]';
        for i in 0 .. jsonb_array_length(v_parts) - 1
        loop
            v_taken := pgsync.take_staged_part(
                endpoint,
                (v_parts -> i ->> 'source_table')::oid::regclass,
                (v_parts -> i ->> 'is_deleted')::boolean,
                array(select jsonb_array_elements_text(v_parts -> i -> 'places')::bigint),
                array(select jsonb_array_elements_text(v_parts -> i -> 'record_ids'))
            );
            v_sum := (
                select jsonb_object_agg(own.key, own.value::bigint + (v_taken ->> own.key)::bigint)
                from jsonb_each_text(v_sum) as own
            );
            if v_taken -> 'failures' <> '[]' then
                v_again := v_again || jsonb_build_array(
                    (v_parts -> i) || jsonb_build_object(
                        'places', jsonb_path_query_array(v_taken -> 'failures', '$[*].staged'),
                        'record_ids', jsonb_path_query_array(v_taken -> 'failures', '$[*].record_id'),
                        'failures', v_taken -> 'failures'
                    )
                );
            end if;
        end loop;
        exit when v_again = '[]';
        -- What waited for another row, or for a unique value, until nothing more can be written.
        exit when v_before is not distinct from (
            select sum(jsonb_array_length(own.content -> 'places'))::integer
            from jsonb_array_elements(v_again) as own (content)
        );
        v_before := (
            select sum(jsonb_array_length(own.content -> 'places'))::integer
            from jsonb_array_elements(v_again) as own (content)
        );
        v_parts := v_again;
    end loop;
    return v_sum || jsonb_build_object(
        'failures', jsonb_path_query_array(v_again, '$[*].failures[*]')
    );
end;
$$;

comment on function pgsync.take_staged(text, boolean, integer)
is 'Applies what came from a master; returns how many were written, deleted or held, and what failed.';
