-- The one form in which JSON tells a time, whatever the time zone of the session.
create or replace function pgsync.utc_text(moment timestamptz)
returns text
language sql
stable
strict
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
select case
    when isfinite(utc_text.moment)
        then to_char(utc_text.moment at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    else utc_text.moment::text
end;
$$;

comment on function pgsync.utc_text(timestamptz)
is 'A time as JSON tells it: UTC, ISO 8601, to the microsecond.';
