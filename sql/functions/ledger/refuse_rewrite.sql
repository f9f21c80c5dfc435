create or replace function ledger.refuse_rewrite()
returns trigger
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    raise exception 'rows of %.% cannot be rewritten: % is refused',
        tg_table_schema, tg_table_name, lower(tg_op)
        using errcode = 'PL010',
        hint = 'Correct an entry with ledger.reverse_entry and a new entry; make an account inactive.';
end;
$$;

comment on function ledger.refuse_rewrite()
is 'The trigger that refuses to rewrite or delete what was posted.';
