create or replace function pgsync.is_blocked(
    log_id bigint,
    slot smallint,
    source_table regclass,
    record_id text
)
returns boolean
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select exists (
    select
    from pgsync.sync_queue as earlier
    inner join pgsync.sync_logs as log on log.id = earlier.log_id
    where earlier.error_class is not null
        and earlier.slot = is_blocked.slot
        and earlier.log_id < is_blocked.log_id
        and log.source_table = is_blocked.source_table
        and log.record_id = is_blocked.record_id
);
$$;

comment on function pgsync.is_blocked(bigint, smallint, regclass, text)
is 'Whether an earlier change of the record has failed, for sources that ask for every version.';
