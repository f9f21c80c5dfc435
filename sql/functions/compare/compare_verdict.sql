create or replace function pgsync.compare_verdict(match numeric)
returns text
language sql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
select case
    when match >= 99 then 'perfect'
    when match >= 95 then 'good'
    when match >= 90 then 'warning'
    when match is not null then 'critical'
end;
$$;

comment on function pgsync.compare_verdict(numeric)
is 'What an exact match in percent comes to: perfect, good, warning or critical; null for none.';
