create or replace function pgsync.is_blocked(log_id bigint, source_table regclass, record_id text)
returns boolean
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select exists (
    select
    from pgsync.sync_queue as earlier
    cross join lateral (
        select own.source_table, own.record_id
        from pgsync.sync_logs as own
        where own.id = earlier.log_id
        offset 0
    ) as log
    where earlier.error_class is not null
        and earlier.record_hash = hashtext(is_blocked.record_id)
        and earlier.log_id < is_blocked.log_id
        and log.source_table = is_blocked.source_table
        and log.record_id = is_blocked.record_id
);
$$;

comment on function pgsync.is_blocked(bigint, regclass, text)
is 'Whether an earlier change of the record has failed or waits, for sources that ask for every version.';
