create or replace function pgsync.note_comparison(job bigint, entity text, result jsonb, differences jsonb)
returns pgsync.compare_results
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_job constant pgsync.sync_jobs := pgsync.running_job(note_comparison.job);
    v_result pgsync.compare_results := jsonb_populate_record(
        null::pgsync.compare_results,
        '{"capped": false, "weight": 1, "sync_above": 0, "is_due": false, "beyond": 0, "metrics": {}, "groups": {}, "healed": 0,
          "unhealed": 0}'::jsonb || note_comparison.result
    );
    v_differences bigint;
begin
    v_result.job := v_job.id;
    v_result.entity := note_comparison.entity;
    v_result.noted_at := clock_timestamp();
    if v_result.state = 'compared' then
        v_differences := v_result.missing_left + v_result.missing_right + v_result.different + v_result.ambiguous
            + v_result.beyond;
        v_result.match := 100.0 * v_result.matched / nullif(v_result.matched + v_differences, 0);
        -- What was not looked at to its end is never better than what was.
        v_result.verdict := case
            when v_result.capped then 'critical'
            else pgsync.compare_verdict(v_result.match)
        end;
        v_result.is_due := v_differences > v_result.sync_above
            or v_differences > 0 and v_result.verdict = 'critical';
    end if;
    insert into pgsync.compare_results select v_result.*;
    insert into pgsync.compare_differences (job, entity, key, kind, columns, left_row, right_row)
    select
        v_job.id, note_comparison.entity, found.key, found.kind, coalesce(found.columns, '{}'), found.left_row,
        found.right_row
    from jsonb_to_recordset(note_comparison.differences)
        as found (key jsonb, kind text, columns text[], left_row jsonb, right_row jsonb);
    return v_result;
end;
$$;

comment on function pgsync.note_comparison(bigint, text, jsonb, jsonb)
is 'Notes what a run found of an entity, with its match and verdict, and the rows that differ.';
