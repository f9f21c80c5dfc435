create or replace function ledger.reopen_period(name text, reason text)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    if coalesce(reopen_period.reason, '') !~ '[^[:space:]]' then
        raise exception 'a period is reopened for a reason' using errcode = 'PL011';
    end if;
    perform ledger.move_period(reopen_period.name, '{closing, closed}', 'open', reopen_period.reason);
end;
$$;

comment on function ledger.reopen_period(text, text)
is 'Opens a period again; the reason stays in ledger.period_history.';
