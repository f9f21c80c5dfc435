-- A step looks at so many rows at most, in the caller's transaction: in one of isolation level repeatable
-- read, everything it looks at is of one moment. The position is kept with what was found, so a verification
-- that is interrupted continues where it was.
create or replace function pgsync.verify_step(
    job bigint,
    row_limit bigint default 1000,
    ends_job boolean default true
)
returns table (
    phase text,
    row_count bigint,
    done bigint,
    expected bigint,
    differences bigint,
    healed bigint,
    state text
)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_job pgsync.sync_jobs;
    v_run pgsync.verify_runs;
    v_progress pgsync.sync_progress;
    v_phases text[];
    v_phase text;
    v_count bigint;
    v_next jsonb;
    v_counts jsonb;
    v_state text := 'running';
begin
    v_job := pgsync.running_job(verify_step.job);
    select run.* into strict v_run from pgsync.verify_runs as run where run.job = v_job.id;
    v_phases := pgsync.verify_phases(v_run);
    select progress.*
    into v_progress
    from pgsync.sync_progress as progress
    where progress.job = v_job.id and progress.state = 'running';
    v_phase := coalesce(v_progress.phase, v_phases[1]);

    if v_job.cancel_requested_at is not null then
        v_state := case when ends_job then pgsync.end_job(v_job.id, 'cancelled') else 'cancelled' end;
    else
        case v_phase
            when 'signs' then
                perform pgsync.verify_signs(v_job.id);
            when 'books' then
                select piece.* into v_count, v_next
                from pgsync.verify_books(v_job.id, v_progress.position, row_limit) as piece;
            when 'changes' then
                select piece.* into v_count, v_next
                from pgsync.verify_changes(v_job.id, v_progress.position, row_limit) as piece;
            when 'changed' then
                select piece.* into v_count, v_next
                from pgsync.verify_changed(v_job.id, v_progress.position, row_limit) as piece;
            when 'records' then
                select piece.* into v_count, v_next
                from pgsync.verify_records(v_job.id, v_progress.position, row_limit) as piece;
            when 'status' then
                select piece.* into v_count, v_next
                from pgsync.verify_status(v_job.id, v_progress.position, row_limit) as piece;
            when 'entries' then
                select piece.* into v_count, v_next
                from pgsync.verify_entries(v_job.id, v_progress.position, row_limit) as piece;
            when 'heal' then
                select piece.* into v_count, v_next
                from pgsync.heal_step(v_job.id, least(row_limit, 50)) as piece;
        end case;
        update pgsync.verify_runs as run
        set last_snapshot = pg_current_snapshot()
        where run.job = v_job.id
        returning run.* into v_run;
        v_phases := pgsync.verify_phases(v_run);
        perform pgsync.note_phase(
            v_job.id,
            v_phase,
            done => coalesce(v_progress.done, 0) + coalesce(v_count, 1),
            expected => coalesce(v_progress.expected, pgsync.verify_expected(v_run, v_phase))
        );
        if v_next is not null then
            update pgsync.sync_progress as progress
            set position = v_next
            where progress.job = v_job.id and progress.state = 'running';
        elsif v_phase <> v_phases[cardinality(v_phases)] then
            v_phase := v_phases[array_position(v_phases, v_phase) + 1];
            perform pgsync.note_phase(v_job.id, v_phase, expected => pgsync.verify_expected(v_run, v_phase));
        else
            v_counts := pgsync.finish_verify(v_job.id);
            v_state := case when ends_job then pgsync.end_job(v_job.id, 'completed', v_counts) else 'completed' end;
        end if;
    end if;
    return query
    select
        v_phase,
        coalesce(v_count, 1),
        coalesce(progress.done, 0),
        progress.expected,
        (
            select count(*)
            from pgsync.sync_differences as difference
            where difference.last_job = v_job.id and difference.state in ('open', 'investigating', 'healed')
        ),
        (select count(*) from pgsync.sync_heals as heal where heal.job = v_job.id),
        v_state
    from (values (v_job.id)) as own (job)
    left join pgsync.sync_progress as progress on progress.job = own.job and progress.phase = v_phase;
end;
$$;

comment on function pgsync.verify_step(bigint, bigint, boolean)
is 'Does the next step of a verification that this session has begun; returns how far it is.';
