-- The journal has no index of records: from the status of a record, its attempts are followed back, which
-- name its entries. Runs as the owner, because it reads no images.
create or replace function pgsync.entries_of(source regclass, record_id text)
returns setof bigint
language sql
stable
security definer
rows 10
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set max_parallel_workers_per_gather = 0
set jit = off
as $$
with recursive master as materialized (
    select own.source_table, own.record_id, own.last_audited, own.entry_ids
    from pgsync.sources as known
    inner join pgsync.sync_master_status as own
        on own.source_table = known.source_table
        and own.record_id = pgsync.short_id(entries_of.record_id) collate "C"
    where entries_of.source is null or known.source_table = entries_of.source
),

tried (log_id, source_table, record_id) as (
    -- The status of a long name has a short one.
    select master.last_audited, master.source_table, entries_of.record_id collate "C" from master
    union
    select audit.previous_change, audit.source_table, audit.record_id
    from tried
    inner join pgsync.sync_audit_log as audit on audit.log_id = tried.log_id
    where audit.previous_change is not null
        and audit.source_table = tried.source_table
        and audit.record_id = tried.record_id
),

posted (id) as (
    select listed.id
    from (
        select unnest(audit.entry_ids) as id
        from tried
        inner join pgsync.sync_audit_log as audit on audit.log_id = tried.log_id
        where audit.source_table = tried.source_table and audit.record_id = tried.record_id
        union all
        select unnest(master.entry_ids) from master
    ) as listed
    union
    select later.id
    from posted
    inner join ledger.journal_entries as later on later.reverses = posted.id
)

select entry.id
from posted
inner join ledger.journal_entries as entry on entry.id = posted.id
where entry.record_id = entries_of.record_id;
$$;

comment on function pgsync.entries_of(regclass, text)
is 'The entries that were posted for a record of a table; of any table if that is null.';
