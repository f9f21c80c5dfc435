/// What must hold of a ledger of one source whatever has happened, computed from the tables alone.
package enum Promises {
    /// A query that returns a line for each promise that is broken.
    ///
    /// `expected` selects a `record_id` and an `amount` for each row that is to be posted, and each of them has one entry
    /// standing, with the amount on `account`, unless a change of the record waits.
    package static func broken(expected: String, account: String) -> String {
        """
        with live as (
            select entry.*
            from ledger.journal_entries as entry
            left join ledger.journal_entries as reversal on reversal.reverses = entry.id
            where entry.purpose = 'posting' and reversal.id is null
        ),
        expected as (
            \(expected)
        ),
        posted as (
            select live.record_id, sum(line.amount) filter (where line.account = '\(account)') as amount,
                count(distinct live.id) as entries
            from live
            inner join ledger.journal_lines as line on line.entry_id = live.id
            group by live.record_id
        ),
        last_attempt as (
            select distinct on (attempt.log_id) attempt.*
            from pgsync.sync_audit_log as attempt
            order by attempt.log_id, attempt.attempt desc
        )
        select 'lost or wrong: ' || coalesce(expected.record_id, posted.record_id)
        from expected
        full join posted on posted.record_id = expected.record_id
        where posted.amount is distinct from expected.amount
            and not exists (
                select
                from pgsync.sync_queue as queue
                inner join pgsync.sync_logs as log on log.id = queue.log_id
                where log.record_id = coalesce(expected.record_id, posted.record_id)
            )
        union all
        select 'posted twice: ' || posted.record_id from posted where posted.entries > 1
        union all
        select 'neither waiting nor done, or both: ' || log.id
        from pgsync.sync_logs as log
        left join pgsync.sync_queue as queue on queue.log_id = log.id
        left join last_attempt as attempt on attempt.log_id = log.id
        where (queue.log_id is null) = (attempt.log_id is null or attempt.outcome = 'failed')
        union all
        select 'done ' || count(*) || ' times: ' || attempt.log_id
        from pgsync.sync_audit_log as attempt
        where attempt.outcome <> 'failed'
        group by attempt.log_id
        having count(*) > 1
        union all
        select 'entry without its audit row: ' || entry.id
        from ledger.journal_entries as entry
        left join pgsync.sync_audit_log as attempt
            on attempt.log_id = entry.change_id and attempt.entry_ids @> array[entry.id]
        where attempt.log_id is null
        union all
        select 'audit row without its entry: ' || attempt.log_id
        from pgsync.sync_audit_log as attempt
        cross join unnest(attempt.entry_ids) as made (id)
        left join ledger.journal_entries as entry on entry.id = made.id
        where entry.id is null
        union all
        select 'out of order: ' || later.id
        from ledger.journal_entries as earlier
        inner join ledger.journal_entries as later
            on later.source_table = earlier.source_table and later.record_id = earlier.record_id
            and later.id > earlier.id and later.change_id < earlier.change_id
        where earlier.purpose = 'posting' and later.purpose = 'posting'
        union all
        select 'not balanced: ' || line.entry_id
        from ledger.journal_lines as line
        group by line.entry_id
        having sum(line.amount) <> 0 or count(*) < 2
        union all
        select 'status differs from the journal: ' || master.record_id
        from pgsync.sync_master_status as master
        left join (
            select live.source_table, live.record_id, array_agg(live.id order by live.id) as ids
            from live
            group by live.source_table, live.record_id
        ) as standing
            on standing.source_table = master.source_table and standing.record_id = master.record_id
        where coalesce(standing.ids, '{}') <> master.entry_ids
        """
    }
}
