-- AT TIME ZONE takes the second of two moments, and for a time that clocks skip one after the change.
create or replace function pgsync.first_moment(clock timestamp, time_zone text)
returns timestamptz
language plpgsql
stable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_late constant timestamptz := clock at time zone time_zone;
    -- Not a day: in the zone of the session it may have 23 hours.
    v_before constant timestamptz := v_late - interval '24 hours';
    v_early constant timestamptz := (
        clock - ((v_before at time zone time_zone) - (v_before at time zone 'UTC'))
    ) at time zone 'UTC';
begin
    return case
        when v_early at time zone time_zone = clock then v_early
        when v_late at time zone time_zone = clock then v_late
        else pgsync.clock_change(time_zone, v_before, v_late)
    end;
end;
$$;

comment on function pgsync.first_moment(timestamp, text)
is 'When clocks show a time first or, if they skip it, the first moment after it.';
