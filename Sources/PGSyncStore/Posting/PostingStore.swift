package import PGSyncCore
package import Postgres

/// Posts waiting changes, and reads what waits.
///
/// Every call that posts is one transaction: if it throws, nothing has happened, unless the connection was
/// lost; then the queue and the audit log show the outcome.
package struct PostingStore {
    /// The poster and its options.
    package struct Task: Sendable {
        /// The name in the audit log.
        package var worker: String
        package var sources: SourceFilter
        /// Whether it was told to run now, even if real-time sync is disabled.
        package var isScheduled: Bool
        /// Whether the session is ours alone, so that a lock outlives a transaction.
        package var ownsSession: Bool
        /// What decrypts images, if any are encrypted.
        package var privateKeys: PrivateKeys?

        package init(
            worker: String,
            sources: SourceFilter = SourceFilter(),
            isScheduled: Bool = false,
            ownsSession: Bool = true,
            privateKeys: PrivateKeys? = nil
        ) {
            self.worker = worker
            self.sources = sources
            self.isScheduled = isScheduled
            self.ownsSession = ownsSession
            self.privateKeys = privateKeys
        }
    }

    /// How long a statement that posts may run, and wait for a lock.
    package struct Limits: Sendable, Equatable {
        package var statement: Duration
        package var lock: Duration

        package init(statement: Duration, lock: Duration) {
            self.statement = statement
            self.lock = lock
        }

        fileprivate func query(isLocal: Bool) -> Query {
            """
            select
                set_config('statement_timeout', \(milliseconds(statement)), \(isLocal)),
                set_config('lock_timeout', \(milliseconds(lock)), \(isLocal)),
                set_config('idle_in_transaction_session_timeout', '60s', \(isLocal))
            """
        }

        private func milliseconds(_ duration: Duration) -> String {
            "\(Int64(duration / .milliseconds(1)))ms"
        }
    }

    private let session: Session
    private let task: Task
    private let limits: Limits?

    /// With limits, each statement sets them itself; a session of our own sets them once.
    package init(_ session: Session, _ task: Task, limits: Limits? = nil) {
        self.session = session
        self.task = task
        self.limits = limits
    }

    /// Sets the limits of a session of our own.
    package static func limit(_ session: Session, to limits: Limits) throws {
        try session.query(limits.query(isLocal: false))
    }

    /// Claims changes from a mark on and posts them.
    package func processBatch(limit: Int, mark: Int64, isolating: Bool = false) throws -> BatchResult {
        try BatchResult(
            posting(
                """
                select
                    claimed, posted, amended, reversed, unchanged, superseded, failed, deferred, left_waiting,
                    failed_ids[1] as failed_change, error_classes, next_mark, is_paused, truncated_part, emptied, is_cut
                from pgsync.process_batch(
                    \(task.worker), \(limit)::integer, \(mark), \(task.sources.parameter), \(isolating), \(task.isScheduled)
                )
                """
            )
        )
    }

    // MARK: One by one

    /// Announces an attempt at the first change from a mark on, and returns it; nil if none waits.
    package func beginCareful(mark: Int64) throws -> Int64? {
        try row(
            """
            select pgsync.begin_careful(
                \(task.worker), \(mark), \(task.sources.parameter), \(task.ownsSession), \(task.isScheduled)
            )
            """
        ).decode(0)
    }

    /// Posts the change that was announced.
    package func processOne(_ id: Int64) throws -> BatchResult {
        try BatchResult(
            posting(
                """
                select
                    claimed, posted, amended, reversed, unchanged, superseded, failed, deferred, left_waiting,
                    failed_ids[1] as failed_change, error_classes, next_mark, is_paused, truncated_part, emptied, is_cut
                from pgsync.process_one(\(task.worker), \(id), \(task.ownsSession))
                """
            )
        )
    }

    /// Withdraws an announcement; with an error, the attempt counts as failed.
    ///
    /// `holdsSlot` says whether it was announced in this session.
    package func endCareful(
        _ id: Int64,
        noting error: PostgresError?,
        explanation: String? = nil,
        holdsSlot: Bool
    ) throws {
        let state = error.map { $0.sqlState?.code ?? "" }
        let message = error.map { error in explanation.map { "\(error.message) (\($0))" } ?? error.message }
        _ = try row(
            """
            select pgsync.end_careful(
                \(task.worker), \(id), case when \(error != nil) then pgsync.error_class_of(\(state)) end,
                \(message), \(holdsSlot && task.ownsSession)
            )
            """
        )
    }

    // MARK: Parts of tables

    /// The role whose code runs while a table is read for a change; nil if it no longer exists.
    package func partOwner(of id: Int64) throws -> String? {
        let query: Query = """
            select pg_get_userbyid(class.relowner)::text
            from pgsync.sync_logs as log
            inner join pg_class as class on class.oid = log.source_table
            where log.id = \(id)
            """
        guard !task.ownsSession else { return try session.query(query).first?.decode(0) }
        return try session.transaction { try session.query(query).first?.decode(0) }
    }

    /// Finds out which records a TRUNCATE of a part of a table removed; false if there may be more to find,
    /// or another session has it.
    ///
    /// It reads the table, and so runs code of the table's owner: close the session afterwards. The closure
    /// receives the server process that does it.
    package func findTruncated(_ id: Int64, within limits: Limits, _ begun: (Int32) -> Void) throws -> Bool {
        guard !task.ownsSession else {
            try Self.limit(session, to: limits)
            begun(try session.query("select pg_backend_pid()").onlyRow().decode(0))
            return try session.query("select pgsync.find_truncated(\(id))").onlyRow().decode(0)
        }
        return try session.transaction {
            let start = try session.pipeline([limits.query(isLocal: true), "select pg_backend_pid()"])
            begun(try start[1].onlyRow().decode(0))
            // A pooler lends the session to others next.
            let results = try session.pipeline(["select pgsync.find_truncated(\(id))", "reset all"])
            return try results[0].onlyRow().decode(0)
        }
    }

    // MARK: Reading

    /// What waits from a mark on, read without locks; for some tables alone, at most one part at a time.
    package func survey(from mark: Int64) throws -> QueueSurvey {
        let row = try row(
            """
            select oldest, is_due, due_in_seconds, seen_through, is_paused, last_id, snapshot_xmin, snapshot_xmax
            from pgsync.survey_queue(\(mark), \(task.sources.parameter), \(task.isScheduled))
            """
        )
        return QueueSurvey(
            oldest: try row.decode("oldest"),
            isDue: try row.decode("is_due"),
            dueIn: try row.decode("due_in_seconds", as: Double?.self).map { .seconds($0) },
            seenThrough: try row.decode("seen_through"),
            isPaused: try row.decode("is_paused"),
            lastID: try row.decode("last_id"),
            snapshotMinimum: try row.decode("snapshot_xmin"),
            snapshotMaximum: try row.decode("snapshot_xmax")
        )
    }

    /// How many changes wait, by state; it reads the whole queue.
    package func waiting() throws -> WaitingCounts {
        try WaitingCounts(
            row(
                """
                select ready, scheduled, paused, dead, next_at
                from pgsync.waiting_counts(\(task.sources.parameter))
                """
            )
        )
    }

    /// The name of a change's table; its number if the table was never attached under a name.
    package func table(of change: Int64) throws -> String {
        try session.query(
            """
            select coalesce(source.table_name, log.source_table::oid::text)
            from pgsync.sync_logs as log
            left join pgsync.sources as source on source.source_table = log.source_table
            where log.id = \(change)
            """
        ).onlyRow().decode(0)
    }

    private func row(_ query: Query) throws -> Row {
        guard let limits else { return try session.query(.prepared(query)).onlyRow() }
        let results = try session.pipeline([limits.query(isLocal: true), query])
        return try results[1].onlyRow()
    }

    /// A call that posts, and has the private keys for its transaction.
    private func posting(_ query: Query) throws -> Row {
        guard let keys = task.privateKeys else { return try row(query) }
        let steps =
            if let limits {
                [limits.query(isLocal: true)] + ImageKeyStore.giving(keys) + [query]
            } else {
                (ImageKeyStore.giving(keys) + [query]).map(Query.prepared)
            }
        do {
            let results = try session.pipeline(steps)
            return try results[results.count - 1].onlyRow()
        } catch let error as PostgresError where error.isLeak {
            throw StoreError.keyWouldLeak(error)
        }
    }
}
