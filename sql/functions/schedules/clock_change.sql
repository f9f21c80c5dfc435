-- PostgreSQL does not list the changes of a zone, but clocks tell: until then they advance as time does. Two
-- changes were never closer than six days, so a shorter span has one at most.
create or replace function pgsync.clock_change(time_zone text, after timestamptz, until timestamptz)
returns timestamptz
language plpgsql
stable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_clock constant timestamp := after at time zone time_zone;
    v_before bigint := floor(extract(epoch from after))::bigint;
    v_changed bigint := ceil(extract(epoch from until))::bigint;
    v_middle bigint;
begin
    if (until at time zone time_zone) - v_clock = until - after then
        return null;
    end if;
    while v_changed - v_before > 1 loop
        v_middle := (v_before + v_changed) / 2;
        if (to_timestamp(v_middle) at time zone time_zone) - v_clock = to_timestamp(v_middle) - after then
            v_before := v_middle;
        else
            v_changed := v_middle;
        end if;
    end loop;
    return to_timestamp(v_changed);
end;
$$;

comment on function pgsync.clock_change(text, timestamptz, timestamptz)
is 'When clocks are changed after one time and until another, a few days later; null if they are not.';
