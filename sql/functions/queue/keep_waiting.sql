-- Code that finishes changes says so in a setting of the transaction: comparing with the audit log would cost
-- each batch. This guards against mistakes, not against the owner of the tables; pgsync.lost_changes finds
-- what is missing.
create or replace function pgsync.keep_waiting()
returns trigger
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    raise exception '%.% holds changes that are not posted: % is refused',
        tg_table_schema, tg_table_name, lower(tg_op)
        using errcode = 'object_not_in_prerequisite_state',
        hint = 'pgsync.skip_changes(array[1, 2], ''a reason'') ends changes without posting them.';
end;
$$;

comment on function pgsync.keep_waiting()
is 'The trigger that lets changes leave the queue only by the functions that finish them.';
