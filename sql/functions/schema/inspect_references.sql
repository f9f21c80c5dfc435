-- After a restore that failed in part, rows may refer to missing ones, and sequences may give out numbers
-- that are taken. It checks a limited number of rows in each table: what a restore omitted is missing
-- everywhere.
create or replace function pgsync.inspect_references(at_most integer default 1000)
returns table (finding text, found text)
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
set jit = off
as $$
select
    'entry_missing' as finding,
    format(
        'record %s of %s has entry %s, which is not in the journal',
        state.record_id, state.source_table, state.entry_id
    ) as found
from (
    select looked.source_table, looked.record_id, entry.id as entry_id
    from (
        select status.source_table, status.record_id, status.entry_ids
        from pgsync.sync_master_status as status
        where status.entry_ids <> '{}'
        limit inspect_references.at_most
    ) as looked
    cross join unnest(looked.entry_ids) as entry (id)
    where not exists (select from ledger.journal_entries as present where present.id = entry.id)
    limit 1
) as state
union all
(
    select
        'entry_missing',
        format('change %s posted entry %s, which is not in the journal', looked.log_id, entry.id)
    from (
        (
            select audit.log_id, audit.entry_ids
            from pgsync.sync_audit_log as audit
            order by audit.log_id
            limit inspect_references.at_most
        )
        union all
        (
            select audit.log_id, audit.entry_ids
            from pgsync.sync_audit_log as audit
            order by audit.log_id desc
            limit inspect_references.at_most
        )
    ) as looked
    cross join unnest(looked.entry_ids) as entry (id)
    where not exists (select from ledger.journal_entries as present where present.id = entry.id)
    limit 1
)
union all
(
    select 'change_missing', format('change %s waits, but is not in the log', queue.log_id)
    from (
        select waiting.log_id from pgsync.sync_queue as waiting order by waiting.log_id limit inspect_references.at_most
    ) as queue
    where not exists (select from pgsync.sync_logs as log where log.id = queue.log_id)
    limit 1
)
union all
select 'sequence_behind', format('%s would hand out numbers up to %s again', counter.name, counter.highest)
from (
    select
        'pgsync.sync_logs_id_seq' as name,
        (select log.id from pgsync.sync_logs as log order by log.id desc limit 1) as highest,
        (select sequence.last_value from pgsync.sync_logs_id_seq as sequence) as reached
    union all
    select
        'ledger.journal_entries_id_seq',
        (select entry.id from ledger.journal_entries as entry order by entry.id desc limit 1),
        (select sequence.last_value from ledger.journal_entries_id_seq as sequence)
) as counter
where counter.highest > counter.reached;
$$;

comment on function pgsync.inspect_references(integer)
is 'Rows that refer to missing rows, as after a restore that failed in part; none when all is well.';
