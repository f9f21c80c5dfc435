create or replace function ledger.guard_accounts()
returns trigger
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    if (new.code, new.type, new.contra) is distinct from (old.code, old.type, old.contra) then
        raise exception 'the code and the type of account % never change', old.code
            using errcode = 'PL010',
            hint = 'Make a new account, move the balance by an entry, and make the old account inactive.';
    end if;
    return new;
end;
$$;

comment on function ledger.guard_accounts()
is 'Keeps the meaning of what was posted to an account.';
