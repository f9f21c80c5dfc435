package import Postgres

/// Reads the status of everything.
package struct StatusStore {
    /// How much is read, at most.
    package struct Depth: Sendable {
        /// Changes of the queue, for each source and class.
        package var changes: Int
        /// Rows of the audit log, for each span.
        package var attempts: Int
        /// Whether alerts are computed, rather than read as the last check left them.
        package var computesAlerts = true

        package static let thorough = Depth(changes: 10_000, attempts: 200_000)
        /// For callers that read every second.
        package static let quick = Depth(changes: 2_000, attempts: 50_000, computesAlerts: false)
    }

    private let session: Session

    package init(_ session: Session) {
        self.session = session
    }

    package func read(_ depth: Depth = .thorough) throws -> SystemStatus {
        let general = try session.query(
            """
            select
                clock_timestamp() as taken_at,
                current_database()::text as database,
                split_part(current_setting('server_version'), ' ', 1) as server,
                pgsync.configuration_boolean('posting_paused') as is_paused,
                pgsync.configuration_boolean('enable_real_time_sync') as is_real_time
            """
        ).onlyRow()
        return SystemStatus(
            takenAt: try general.decode("taken_at"),
            database: try general.decode("database"),
            server: try general.decode("server"),
            isPaused: try general.decode("is_paused"),
            isRealTime: try general.decode("is_real_time"),
            alerts: try depth.computesAlerts
                ? AlertStore(session).open().filter(\.demandsAttention) : AlertStore(session).kept(),
            queue: try QueueSize(
                session.query("select changes, is_estimate from pgsync.queue_size()").onlyRow()
            ),
            backlog: try backlog(depth),
            failures: try session.query(
                """
                select error_class, failing, dead, last_at, last_change, last_message, is_capped
                from pgsync.failures(\(depth.changes)::integer)
                """
            ).map(FailureSummary.init),
            outcomes: try session.query(
                """
                select outcome::text, last_minute, last_hour, is_minute_capped, is_hour_capped
                from pgsync.recent_outcomes(\(depth.attempts)::integer)
                """
            ).map(RecentOutcome.init),
            workers: try workers(),
            foreignLocks: try foreignLocks(),
            durability: try durability(),
            score: try VerifyStore(session).score(),
            totals: try RunningTotals(
                session.query("select captured, attempts, entries, lines from pgsync.running_totals()")
                    .onlyRow()
            )
        )
    }

    /// What is unfinished of each table.
    package func backlog(_ depth: Depth = .thorough) throws -> [SourceBacklog] {
        try session.query(
            """
            select table_name, attached, paused_at, waiting, failing, dead, oldest_at, is_capped, rules
            from pgsync.backlog(\(depth.changes)::integer)
            """
        ).map(SourceBacklog.init)
    }

    /// What is unfinished, for continuous monitoring.
    package func queue(_ depth: Depth = .thorough) throws -> QueueFigures {
        let row = try session.query(
            """
            select size.changes, size.is_estimate, clock_timestamp() as taken_at
            from pgsync.queue_size(\(depth.changes)::integer) as size
            """
        ).onlyRow()
        return QueueFigures(
            size: try QueueSize(row),
            backlog: try backlog(depth),
            takenAt: try row.decode("taken_at")
        )
    }

    /// The locks of pgsync held by sessions outside it.
    package func foreignLocks() throws -> [ForeignLock] {
        try session.query(
            """
            select pid, role_name, application_name, since, lock_name, locks, consequence
            from pgsync.foreign_locks()
            """
        ).map(ForeignLock.init)
    }

    /// How many changes posted or reversed entries since a moment.
    package func postedCount(since moment: Timestamp?) throws -> Int {
        try session.query(
            .prepared(
                """
                select count(*)
                from pgsync.sync_audit_log as attempt
                where attempt.recorded_at >= \(moment) and attempt.outcome in ('posted', 'amended', 'reversed')
                """
            )
        ).onlyRow().decode(0)
    }

    /// Running workers, and those that were lost in the last hour.
    private func workers() throws -> [WorkerState] {
        try session.query(
            """
            select
                name, host, pid, version, posters, state, started_at, heartbeat_at,
                (figures ->> 'connected_posters')::integer as connected_posters,
                figures ->> 'breaker' as breaker,
                (figures ->> 'finished')::bigint as finished,
                (figures ->> 'failed')::bigint as failed,
                array(
                    select duty.key || ': ' || duty.value
                    from jsonb_each_text(
                        case jsonb_typeof(figures -> 'failing') when 'object' then figures -> 'failing' else '{}' end
                    ) as duty
                    order by duty.key
                ) as failing
            from pgsync.worker_states
            where state in ('running', 'silent')
                or (state = 'lost' and stopped_at > now() - interval '1 hour')
            order by started_at, id
            limit 100
            """
        ).map(WorkerState.init)
    }

    private func durability() throws -> Durability {
        try Durability(
            session.query(
                """
                select
                    current_setting('fsync')::boolean as syncs_to_disk,
                    current_setting('synchronous_commit') as synchronous_commit,
                    current_setting('synchronous_standby_names') as standby_names,
                    case
                        when pg_has_role('pg_read_all_stats', 'usage')
                            then (
                                select count(*)
                                from pg_stat_replication as standby
                                where standby.sync_state in ('sync', 'quorum')
                            )
                    end as synchronous_standbys
                """
            ).onlyRow()
        )
    }
}
