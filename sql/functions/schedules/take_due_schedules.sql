-- A due time is taken by setting the next one, if it is still the one that was seen: so of two leaders, one
-- takes it. Missed ones are taken together. The next one is later than the due time and than now, so that a
-- clock that is set back repeats nothing. If it was ahead by more than a day, what it chose is given up.
create or replace function pgsync.take_due_schedules(now timestamptz default clock_timestamp())
returns table (schedule text, outcome text, due_at timestamptz, missed integer, job bigint, problem text)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_variable
declare
    -- Above this, missed is a lower bound.
    v_most constant integer := 1000;
    v_day constant interval := interval '24 hours';
    v_seen record;
    v_own pgsync.sync_schedules;
    v_next timestamptz;
begin
    for v_seen in
        select own.name, own.next_run_at
        from pgsync.sync_schedules as own
        where own.enabled
            and (own.next_run_at is null or own.next_run_at <= now or own.next_run_at > now + v_day)
        order by own.next_run_at, own.name
    loop
        begin
            schedule := v_seen.name;
            outcome := null;
            due_at := v_seen.next_run_at;
            missed := 0;
            job := null;
            problem := null;
            if due_at > now then
                continue when due_at <= (
                    select pgsync.schedule_next(own.cron, own.time_zone, own.hours_setting, now + v_day)
                    from pgsync.sync_schedules as own
                    where own.name = v_seen.name
                );
            end if;
            select own.*
            into v_own
            from pgsync.sync_schedules as own
            where own.name = v_seen.name and own.enabled and own.next_run_at is not distinct from v_seen.next_run_at
            for no key update skip locked;
            continue when not found;

            if due_at is null or due_at > now then
                update pgsync.sync_schedules as own
                set next_run_at = pgsync.schedule_next(own.cron, own.time_zone, own.hours_setting, now)
                where own.name = schedule;
                continue;
            end if;

            v_next := pgsync.schedule_next(v_own.cron, v_own.time_zone, v_own.hours_setting, due_at);
            while v_next <= now loop
                missed := missed + 1;
                due_at := v_next;
                v_next := pgsync.schedule_next(
                    v_own.cron, v_own.time_zone, v_own.hours_setting,
                    case when missed = v_most then greatest(due_at, now - v_day) else due_at end
                );
            end loop;

            outcome := case when now - due_at > v_own.too_late_after then 'too_late' end;
            while outcome is null loop
                select active.id
                into job
                from pgsync.sync_jobs as active
                where active.kind = v_own.kind
                    and active.subject = v_own.subject
                    and active.state in ('pending', 'running', 'waiting');
                if found then
                    outcome := 'skipped';
                    exit;
                end if;
                -- Nothing is added if another session asks for it just now; then it is found.
                insert into pgsync.sync_jobs as own (kind, subject, type, trigger)
                values (v_own.kind, v_own.subject, v_own.type, 'schedule')
                on conflict (kind, subject) where state in ('pending', 'running', 'waiting') do nothing
                returning own.id into job;
                outcome := case when job is not null then 'started' end;
            end loop;
            insert into pgsync.sync_schedule_runs (schedule, due_at, missed, outcome, job)
            values (schedule, due_at, missed, outcome, job);
            update pgsync.sync_schedules as own set next_run_at = v_next where own.name = schedule;
            return next;
        exception
            when others then
                outcome := null;
                job := null;
                problem := sqlerrm;
                return next;
        end;
    end loop;
end;
$$;

comment on function pgsync.take_due_schedules(timestamptz)
is 'Starts the jobs of schedules that are due, one for all that was missed; returns what became of each.';
