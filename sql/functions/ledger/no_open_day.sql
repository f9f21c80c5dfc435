create or replace function ledger.no_open_day(day date)
returns date
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    raise exception 'no open period contains %', to_char(no_open_day.day, 'YYYY-MM-DD')
        using errcode = 'PL005',
        hint = 'List the periods: select name, days, status from ledger.periods order by days;';
end;
$$;

comment on function ledger.no_open_day(date)
is 'Refuses to post on a day for which entry_date_for found none; never returns.';
