create or replace function pgsync.note_compare_heals(
    job bigint,
    entity text,
    heals jsonb,
    problem text default null
)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_job constant pgsync.sync_jobs := pgsync.running_job(note_compare_heals.job);
begin
    update pgsync.compare_differences as own
    set
        state = done.state,
        undo = done.undo,
        problem = done.problem,
        settled_at = clock_timestamp(),
        settled_by = session_user
    from jsonb_to_recordset(note_compare_heals.heals) as done (id bigint, state text, undo jsonb, problem text)
    where own.job = v_job.id and own.entity = note_compare_heals.entity and own.id = done.id;
    update pgsync.compare_results as own
    set
        healed = counted.healed,
        unhealed = counted.unhealed,
        heal_problem = coalesce(note_compare_heals.problem, counted.problem, own.heal_problem)
    from (
        select
            count(*) filter (where known.state = 'healed') as healed,
            count(*) filter (where known.state <> 'healed') as unhealed,
            min(known.problem) as problem
        from pgsync.compare_differences as known
        where known.job = v_job.id and known.entity = note_compare_heals.entity
    ) as counted
    where own.job = v_job.id and own.entity = note_compare_heals.entity;
end;
$$;

comment on function pgsync.note_compare_heals(bigint, text, jsonb, text)
is 'Notes what became of differences that a run tried to mend.';
