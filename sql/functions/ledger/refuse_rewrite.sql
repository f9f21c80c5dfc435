create or replace function ledger.refuse_rewrite()
returns trigger
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    raise exception '%.% is never rewritten: % is refused', tg_table_schema, tg_table_name, lower(tg_op)
        using errcode = 'PL010',
        hint = 'An entry is corrected by ledger.reverse_entry and a new one; an account is made inactive.';
end;
$$;

comment on function ledger.refuse_rewrite()
is 'The trigger of what is only added to.';
