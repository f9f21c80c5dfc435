create or replace function ledger.entry_date_for(document_date date)
returns date
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    if exists (
        select
        from ledger.periods as period
        where period.days @> entry_date_for.document_date and period.status = 'open'
    ) then
        return document_date;
    end if;
    if pgsync.configuration_text('closed_period_policy') = 'refuse' then
        return null;
    end if;
    return (
        select min(lower(period.days))
        from ledger.periods as period
        where period.status = 'open' and lower(period.days) > entry_date_for.document_date
    );
end;
$$;

comment on function ledger.entry_date_for(date)
is 'The entry date of a document: its own or, by closed_period_policy, the next open day; null if none.';
