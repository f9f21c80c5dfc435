-- The rows are locked, so what is not seen here are rows that were inserted since.
create or replace function pgsync.fold_records(source_table regclass, record_ids text[])
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    perform from pgsync.fold_changes(null, fold_records.source_table, record_ids);
    return (
        select count(*)
        from pgsync.version_fold as fold
        cross join lateral pgsync.changes_between(fold.folded_through, null) as log
        where log.source_table = fold_records.source_table
            and log.record_id = any(record_ids)
            and log.captured_xid <> pg_current_xact_id()
    );
end;
$$;

comment on function pgsync.fold_records(regclass, text[])
is 'Notes what others changed in these records since the fold; returns how many changes that were.';
