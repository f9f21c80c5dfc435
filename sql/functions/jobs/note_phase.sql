create or replace function pgsync.note_phase(
    job bigint,
    phase text,
    message text default null,
    done bigint default null,
    expected bigint default null,
    waits boolean default false
)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_job pgsync.sync_jobs;
    v_done bigint;
begin
    v_job := pgsync.running_job(note_phase.job);
    select progress.done
    into v_done
    from pgsync.sync_progress as progress
    where progress.job = note_phase.job and progress.phase = note_phase.phase;
    update pgsync.sync_progress as earlier
    set state = 'finished', finished_at = clock_timestamp(), updated_at = clock_timestamp()
    where earlier.job = note_phase.job and earlier.state = 'running' and earlier.phase <> note_phase.phase;
    insert into pgsync.sync_progress as progress (kind, subject, job, phase, message, done, expected)
    values (
        v_job.kind, v_job.subject, v_job.id, note_phase.phase, note_phase.message,
        coalesce(note_phase.done, 0), note_phase.expected
    )
    on conflict (job, phase) where job is not null do update
    set
        message = excluded.message,
        done = coalesce(note_phase.done, progress.done),
        expected = coalesce(note_phase.expected, progress.expected),
        state = 'running',
        finished_at = null,
        updated_at = clock_timestamp();
    update pgsync.sync_jobs as own
    set
        state = case when note_phase.waits then 'waiting' else 'running' end,
        passing_errors = case when note_phase.done > coalesce(v_done, 0) then 0 else own.passing_errors end,
        heartbeat_at = clock_timestamp()
    where own.id = v_job.id;
    return v_job.cancel_requested_at is null;
end;
$$;

comment on function pgsync.note_phase(bigint, text, text, bigint, bigint, boolean)
is 'The heartbeat of a job and how far its phase is; false once somebody has asked to cancel it.';
