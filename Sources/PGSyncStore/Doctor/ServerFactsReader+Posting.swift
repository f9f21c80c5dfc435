import PGSyncCore
import Postgres

/// What waits to be posted, and who posts it.
extension ServerFactsReader {
    func posting(in schema: Reading<ServerFacts.Schema>) throws -> ServerFacts.Posting {
        guard case .known(.upToDate) = schema else { throw NoPosting() }
        let row = try session.query(
            """
            select
                pgsync.configuration_boolean('posting_paused') as is_paused,
                pgsync.configuration_boolean('enable_real_time_sync') as is_real_time,
                pgsync.configuration_integer('alert_threshold_queue_size')::bigint as size_threshold,
                array(
                    select source.table_name
                    from pgsync.sources as source
                    where source.attached and source.paused_at is not null
                    order by source.table_name
                ) as paused_tables,
                (select size.changes from pgsync.queue_size() as size) as changes,
                (
                    select (extract(epoch from clock_timestamp() - waiting.captured_at) * 1000)::bigint
                    from pgsync.waiting_changes as waiting
                    where waiting.state = 'ready'
                    order by waiting.log_id
                    limit 1
                ) as oldest_ready,
                (
                    select count(*)
                    from pgsync.worker_states as worker
                    where worker.state = 'running'
                ) as workers,
                (
                    select count(*)
                    from pgsync.worker_states as worker
                    where worker.state = 'running' and worker.figures -> 'kinds' ? 'import'
                ) as importers,
                array(
                    select distinct own.name
                    from pgsync.imports as own
                    order by own.name
                ) as imports
            """
        ).onlyRow()
        var posting = ServerFacts.Posting()
        posting.isPaused = try row.decode("is_paused")
        posting.isRealTime = try row.decode("is_real_time")
        posting.sizeThreshold = try row.decode("size_threshold")
        posting.pausedTables = try row.decode("paused_tables")
        posting.oldestReady = try row.decode("oldest_ready", as: Int64?.self).map(Duration.milliseconds)
        posting.workers = try row.decode("workers")
        posting.importers = try row.decode("importers")
        posting.imports = try row.decode("imports")
        posting.dead = try deadLetters()
        posting.lost = try lostChanges()
        posting.waiting = max(
            try row.decode("changes", as: Int.self) - posting.dead.reduce(0) { $0 + $1.count },
            0
        )
        posting.failingDuties = try failingDuties()
        (posting.lateSchedules, posting.interruptedJobs) = try late()
        posting.ranges = try RangeStore(session).findings()
        return posting
    }

    /// What a leader, which looks every few seconds, would have done or said.
    private func late() throws -> (
        schedules: [ServerFacts.Posting.Late], jobs: [ServerFacts.Posting.Late]
    ) {
        let rows = try session.query(
            """
            with late as (
                select true as is_schedule, own.name, clock_timestamp() - own.next_run_at as age
                from pgsync.sync_schedules as own
                union all
                select false, concat(job.id, ', ', job.kind, ' of ', job.subject), clock_timestamp() - job.heartbeat_at
                from pgsync.job_states as job
                where job.state = 'interrupted'
            )
            select late.is_schedule, late.name, (extract(epoch from late.age) * 1000)::bigint as age
            from late
            where late.age > interval '1 minute'
                + pgsync.configuration_number('worker_heartbeat_seconds')::double precision * interval '2 seconds'
            order by late.age desc
            limit 50
            """
        ).map { row in
            (
                isSchedule: try row.decode("is_schedule", as: Bool.self),
                late: ServerFacts.Posting.Late(
                    name: try row.decode("name"),
                    age: .milliseconds(try row.decode("age", as: Int64.self))
                )
            )
        }
        return (rows.filter(\.isSchedule).map(\.late), rows.filter { !$0.isSchedule }.map(\.late))
    }

    private func deadLetters() throws -> [ServerFacts.Posting.DeadLetters] {
        try session.query(
            """
            select
                failure.error_class,
                failure.dead,
                failure.error_class not like all(pgsync.permanent_error_classes()) as is_exhausted
            from pgsync.failures() as failure
            where failure.dead > 0
            """
        ).map { row in
            ServerFacts.Posting.DeadLetters(
                errorClass: try row.decode("error_class"),
                count: try row.decode("dead"),
                isExhausted: try row.decode("is_exhausted")
            )
        }
    }

    /// It reads only the newest changes.
    private func lostChanges() throws -> [ServerFacts.Posting.Lost] {
        try session.query(
            """
            select
                coalesce(source.table_name, lost.source_table::oid::text) as table_name,
                count(*) as changes,
                min(lost.log_id) as first_change
            from pgsync.lost_changes() as lost
            left join pgsync.sources as source on source.source_table = lost.source_table
            group by 1
            order by 2 desc, 1
            """
        ).map { row in
            ServerFacts.Posting.Lost(
                table: try row.decode("table_name"),
                count: try row.decode("changes"),
                firstChange: try row.decode("first_change")
            )
        }
    }

    /// A worker reports its failing duties with its heartbeat; one of another version may do so differently,
    /// or not at all.
    private func failingDuties() throws -> [ServerFacts.Posting.FailingDuty] {
        try session.query(
            """
            select worker.name, duty.key as duty, duty.value as reason
            from pgsync.worker_states as worker
            cross join lateral jsonb_each_text(
                case jsonb_typeof(worker.figures -> 'failing')
                    when 'object' then worker.figures -> 'failing'
                    else '{}'
                end
            ) as duty (key, value)
            where worker.state = 'running'
            order by worker.name, duty.key
            limit 20
            """
        ).map { row in
            ServerFacts.Posting.FailingDuty(
                worker: try row.decode("name"),
                duty: try row.decode("duty"),
                reason: try row.decode("reason")
            )
        }
    }

    /// Why there is nothing to read.
    private struct NoPosting: Error, CustomStringConvertible {
        let description = "the schema is from another version of pgsync"
    }
}
