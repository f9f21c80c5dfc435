-- Removes what the settings say is old enough, as the schedule retention does every night: rows of jobs, and
-- ranges of finished changes. Whatever waits or failed stays.
set search_path to pg_catalog, pg_temp;

select
    cleaned.part,
    cleaned.removed
from pgsync.cleanup_old_sync_data() as cleaned;

do $$
declare
    v_tries integer := 0;
    v_state text;
begin
    loop
        select step.state into v_state from pgsync.drop_range_step() as step;
        commit;
        exit when v_state = 'done' or v_tries = 20;
        if v_state = 'busy' then
            v_tries := v_tries + 1;
            perform pg_sleep(0.5);
        end if;
    end loop;
end;
$$;

select
    made.range_name as range,
    made.state,
    made.obstacle,
    made.row_count
from pgsync.list_ranges() as made;
