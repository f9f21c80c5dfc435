-- Ids grow with the time of capture, but for moments; an hour more makes up for these and for small steps of
-- the clock. Twenty looks at the log, by its key.
create or replace function pgsync.change_before(moment timestamptz)
returns bigint
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set jit = off
as $$
declare
    -- What was dropped is not looked at.
    v_low bigint := greatest(
        (
            select min(made.from_id) - 1
            from pgsync.id_ranges as made
            where made.table_name = 'sync_logs' and made.state <> 'dropped'
        ),
        0
    );
    v_high bigint;
    v_middle bigint;
    v_at timestamptz;
begin
    if change_before.moment is null then
        return v_low;
    end if;
    select max(log.id) into v_high from pgsync.sync_logs as log;
    while v_high - v_low > 1000 loop
        v_middle := v_low + (v_high - v_low) / 2;
        select log.captured_at
        into v_at
        from pgsync.sync_logs as log
        where log.id >= v_middle
        order by log.id
        limit 1;
        if v_at < change_before.moment - interval '1 hour' then
            v_low := v_middle;
        else
            v_high := v_middle;
        end if;
    end loop;
    return v_low;
end;
$$;

comment on function pgsync.change_before(timestamptz)
is 'A change before which nothing was captured since a time, and nothing before it was kept.';
