create or replace function ledger.guard_currencies()
returns trigger
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    if (new.code, new.exponent) is distinct from (old.code, old.exponent) then
        raise exception 'the code and the exponent of % never change', old.code
            using errcode = 'PL010',
            detail = 'Every amount in the journal would mean something else.';
    end if;
    return new;
end;
$$;

comment on function ledger.guard_currencies()
is 'Keeps the meaning of the amounts that were posted in a currency.';
