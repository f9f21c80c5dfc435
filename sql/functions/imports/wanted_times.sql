create or replace function pgsync.wanted_times(
    endpoint text,
    stream text,
    wanted tstzrange,
    lookback interval default '0',
    ignores_finished boolean default false
)
returns tstzmultirange
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
select tstzmultirange(wanted_times.wanted) - case
    when wanted_times.ignores_finished then '{}'::tstzmultirange
    else coalesce(
        (
            -- The end of what is finished, by the data's own clock, is read once more.
            select own.finished - tstzmultirange(tstzrange(upper(own.finished) - wanted_times.lookback, upper(own.finished)))
            from pgsync.cursors as own
            where own.endpoint = wanted_times.endpoint and own.stream = wanted_times.stream and not isempty(own.finished)
        ),
        '{}'
    )
end;
$$;

comment on function pgsync.wanted_times(text, text, tstzrange, interval, boolean)
is 'The times of a stream that are to be read: those wanted without those finished, but the last ones again.';
