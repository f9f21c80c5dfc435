create or replace function ledger.guard_accounts()
returns trigger
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    if (new.code, new.type, new.contra) is distinct from (old.code, old.type, old.contra) then
        raise exception 'cannot change the code or the type of account %', old.code
            using errcode = 'PL010',
            hint = 'Create a new account, move the balance with an entry, and make the old account inactive.';
    end if;
    return new;
end;
$$;

comment on function ledger.guard_accounts()
is 'Protects the meaning of what was posted to an account.';
