create or replace function pgsync.duration_words(duration interval)
returns text
language sql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
select case
    when given.seconds < 120 then round(given.seconds) || ' s'
    when given.seconds < 7200 then round(given.seconds / 60) || ' min'
    when given.seconds < 172800 then round(given.seconds / 3600) || ' h'
    else round(given.seconds / 86400) || ' days'
end
from (select extract(epoch from duration) as seconds) as given;
$$;

comment on function pgsync.duration_words(interval) is 'A duration as users say it, such as 5 min.';
