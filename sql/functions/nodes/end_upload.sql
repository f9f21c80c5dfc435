create or replace function pgsync.end_upload(node text, results jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_failed bigint;
    v_conflicts bigint;
    v_answer jsonb;
begin
    select
        count(*) filter (where result.content ->> 'status' = 'failed' and not result.content ? 'need'),
        count(*) filter (where result.content ->> 'status' = 'conflict')
    into v_failed, v_conflicts
    from jsonb_array_elements(results) as result (content);
    v_answer := jsonb_build_object(
        'status', case
            when v_failed = 0 then 'success'
            when v_failed < jsonb_array_length(results) then 'partial'
            else 'failed'
        end,
        'timestamp', pgsync.utc_text(clock_timestamp()),
        'accepted', jsonb_array_length(results) - v_failed,
        'conflicts', v_conflicts,
        'failed', v_failed,
        'results', results
    );
    update pgsync.nodes as own set last_answer = v_answer where own.name = end_upload.node;
    return v_answer;
end;
$$;

comment on function pgsync.end_upload(text, jsonb)
is 'Puts the answer to an upload together, and keeps it until the next one.';
