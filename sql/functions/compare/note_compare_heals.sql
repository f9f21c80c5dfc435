create or replace function pgsync.note_compare_heals(
    job bigint,
    entity text,
    heals jsonb,
    problem text default null,
    is_guarded boolean default false
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
        healed = own.healed + done.healed,
        unhealed = own.unhealed + done.unhealed,
        is_guarded = own.is_guarded or note_compare_heals.is_guarded,
        heal_problem = coalesce(note_compare_heals.problem, own.heal_problem, done.problem)
    from (
        select
            count(*) filter (where ended.state = 'healed') as healed,
            count(*) filter (where ended.state <> 'healed') as unhealed,
            min(ended.problem) as problem
        from jsonb_to_recordset(note_compare_heals.heals) as ended (state text, problem text)
    ) as done
    where own.job = v_job.id and own.entity = note_compare_heals.entity;
end;
$$;

comment on function pgsync.note_compare_heals(bigint, text, jsonb, text, boolean)
is 'Notes what became of differences that a run tried to mend, each once, or why it tried none.';
