-- Ids grow with the time of capture but for a moment, and for what a clock that was set back has done: so the
-- answer may be some later, by the tolerance. It halves the log until it knows.
create or replace function pgsync.last_id_before(moment timestamptz, tolerance interval default '1 hour')
returns bigint
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
set max_parallel_workers_per_gather = 0
set jit = off
as $$
declare
    v_low bigint;
    v_high bigint;
    v_found record;
begin
    select log.id into v_low from pgsync.sync_logs as log order by log.id limit 1;
    select log.id into v_high from pgsync.sync_logs as log order by log.id desc limit 1;
    -- What is below v_low is earlier, what is above v_high is not.
    while v_low <= v_high loop
        select log.id, log.captured_at
        into v_found
        from pgsync.sync_logs as log
        where log.id >= v_low + (v_high - v_low) / 2
        order by log.id
        limit 1;
        if v_found.captured_at < moment + tolerance then
            v_low := v_found.id + 1;
        else
            v_high := v_low + (v_high - v_low) / 2 - 1;
        end if;
    end loop;
    return v_low - 1;
end;
$$;

comment on function pgsync.last_id_before(timestamptz, interval)
is 'The id that every change captured before a moment is at or below.';
