create or replace function pgsync.refuse_change()
returns trigger
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    raise exception '%.% is append-only: % is refused', tg_table_schema, tg_table_name, lower(tg_op)
        using errcode = 'object_not_in_prerequisite_state',
        hint = case
            when tg_table_name like 'sync\_logs%' then 'To remove old history, drop a whole partition.'
            else 'Add what becomes known later as a new row.'
        end;
end;
$$;

comment on function pgsync.refuse_change()
is 'The trigger of append-only tables.';
