create or replace function pgsync.cron_times_words(minutes integer[], hours integer[])
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_minutes constant integer := cardinality(minutes);
    v_hours constant integer := cardinality(hours);
    v_first constant text := to_char(make_time(hours[1], minutes[1], 0), 'HH24:MI');
    v_last constant text := to_char(make_time(hours[v_hours], minutes[v_minutes], 0), 'HH24:MI');
    v_pace text;
begin
    if minutes = array(select generate_series(0, 59, greatest(60 / v_minutes, 1))) then
        v_pace := case v_minutes
            when 60 then 'every minute'
            when 1 then 'every hour'
            else format('every %s minutes', 60 / v_minutes)
        end;
    end if;
    return case
        when v_hours = 24 and v_pace is not null then v_pace
        when v_minutes * v_hours <= 6 then 'at ' || (
            select
                regexp_replace(
                    string_agg(to_char(make_time(hour, minute, 0), 'HH24:MI'), ', ' order by hour, minute),
                    ', ([^,]+)$', ' and \1'
                )
            from unnest(hours) as hour
            cross join unnest(minutes) as minute
        )
        when v_pace = 'every hour' and hours = array(select generate_series(0, 23, 24 / v_hours))
            then format('every %s hours', 24 / v_hours)
        when v_hours < 24 and hours[v_hours] - hours[1] = v_hours - 1
            and (v_pace is not null or v_minutes = 1)
            then format('%s from %s to %s', coalesce(v_pace, 'every hour'), v_first, v_last)
        else format('at minute%s %s of ', case when v_minutes > 1 then 's' end, pgsync.list_words(minutes))
            || case
                when v_hours = 24 then 'every hour'
                else format('hour%s %s', case when v_hours > 1 then 's' end, pgsync.list_words(hours))
            end
    end;
end;
$$;

comment on function pgsync.cron_times_words(integer[], integer[])
is 'The times of day that a cron expression chooses, in words.';
