create or replace function ledger.reopen_period(name text, reason text)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    if coalesce(reopen_period.reason, '') !~ '[^[:space:]]' then
        raise exception 'a reason is required to reopen a period' using errcode = 'PL011';
    end if;
    perform ledger.move_period(reopen_period.name, '{closing, closed}', 'open', reopen_period.reason);
end;
$$;

comment on function ledger.reopen_period(text, text)
is 'Reopens a period; the reason is kept in ledger.period_history.';
