create or replace function pgsync.note_comparison(job bigint, entity text, result jsonb, differences jsonb)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_job constant pgsync.sync_jobs := pgsync.running_job(note_comparison.job);
    v_given constant pgsync.compare_results := jsonb_populate_record(
        null::pgsync.compare_results, note_comparison.result
    );
    v_is_due boolean;
begin
    insert into pgsync.compare_results as own (
        job, entity, place, state, problem, left_count, right_count, missing_left, missing_right, different,
        ambiguous, moving, matched, beyond, weight, sync_above, covers, metrics, groups, data_at, duration
    )
    values (
        v_job.id, note_comparison.entity, v_given.place, v_given.state, v_given.problem, v_given.left_count,
        v_given.right_count, v_given.missing_left, v_given.missing_right, v_given.different, v_given.ambiguous,
        v_given.moving, v_given.matched, coalesce(v_given.beyond, 0), coalesce(v_given.weight, 1),
        coalesce(v_given.sync_above, 0), v_given.covers, coalesce(v_given.metrics, '{}'),
        coalesce(v_given.groups, '{}'), v_given.data_at, v_given.duration
    );
    update pgsync.compare_results as own
    set
        match = judged.match,
        verdict = judged.verdict,
        is_due = own.differences > own.sync_above or own.differences > 0 and judged.verdict = 'critical'
    from (
        select
            share.match,
            -- What was not looked at to its end is never better than what was.
            case when found.beyond > 0 then 'critical' else pgsync.compare_verdict(share.match) end as verdict
        from pgsync.compare_results as found
        cross join lateral (
            select 100.0 * found.matched / nullif(found.matched + found.differences, 0) as match
        ) as share
        where found.job = v_job.id and found.entity = note_comparison.entity
    ) as judged
    where own.job = v_job.id and own.entity = note_comparison.entity and own.state = 'compared'
    returning own.is_due into v_is_due;
    insert into pgsync.compare_differences (job, entity, key, kind, columns, left_row, right_row)
    select
        v_job.id, note_comparison.entity, found.key, found.kind, coalesce(found.columns, '{}'), found.left_row,
        found.right_row
    from jsonb_to_recordset(note_comparison.differences)
        as found (key jsonb, kind text, columns text[], left_row jsonb, right_row jsonb);
    return coalesce(v_is_due, false);
end;
$$;

comment on function pgsync.note_comparison(bigint, text, jsonb, jsonb)
is 'Notes what a run found of an entity, with its match and verdict; returns whether it is due.';
