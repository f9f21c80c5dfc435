-- The rows are locked, so what is not seen here are rows that were inserted since.
create or replace function pgsync.fold_records(source_table regclass, record_ids text[])
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    -- There are hardly ever any.
    if not exists (select from pgsync.changes_ahead(fold_records.source_table, record_ids)) then
        return 0::bigint;
    end if;
    perform from pgsync.fold_changes(null, fold_records.source_table, record_ids);
    return (select count(*) from pgsync.changes_ahead(fold_records.source_table, record_ids));
end;
$$;

comment on function pgsync.fold_records(regclass, text[])
is 'Notes what others changed in these records since the fold; returns how many changes that were.';
