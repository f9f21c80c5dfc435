create or replace function ledger.guard_currencies()
returns trigger
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    if (new.code, new.exponent) is distinct from (old.code, old.exponent) then
        raise exception 'cannot change the code or the exponent of %', old.code
            using errcode = 'PL010',
            detail = 'That would change the meaning of every amount in the journal.';
    end if;
    return new;
end;
$$;

comment on function ledger.guard_currencies()
is 'Protects the meaning of the amounts that were posted in a currency.';
