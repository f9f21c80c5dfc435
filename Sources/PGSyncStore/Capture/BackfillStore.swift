package import Postgres

/// Adds existing rows to the log, step by step.
package struct BackfillStore {
    private let session: Session

    package init(_ session: Session) {
        self.session = session
    }

    /// Starts a backfill, or finds the interrupted one, and returns which; its job says that it came from here.
    package func start(_ table: TableReference) throws -> (progress: BackfillProgress, isResumed: Bool) {
        let underWay = try running(table)
        let id: Int64
        try session.query("select set_config('pgsync.trigger', 'cli', true)")
        do {
            id = try session.query("select pgsync.start_backfill(\(.inferred(table.argument)))").onlyRow()
                .decode(0)
        } catch let error as PostgresError where error.isRefusal {
            throw StoreError.refused(error)
        }
        return (try progress(id), underWay?.id == id)
    }

    /// Adds the next rows to the log; this and its record are one transaction.
    ///
    /// Code of the table's owner runs in it, which can replace one of our prepared statements: no statement
    /// names are used in such a session.
    package func step(_ id: Int64, rows: Int, table: String) throws -> BackfillStep {
        do {
            let row = try session.query(
                """
                select
                    step.*,
                    pgsync.configuration_integer('backfill_chunk_milliseconds')::bigint as milliseconds
                from pgsync.backfill_step(\(id), \(rows)) as step
                """
            ).onlyRow()
            let hasEnded: Bool = try row.decode("finished")
            return BackfillStep(
                rows: try row.decode("row_count"),
                done: try row.decode("done"),
                expected: try row.decode("expected"),
                state: hasEnded ? try progress(id).state : .running,
                targetDuration: .milliseconds(try row.decode("milliseconds", as: Int64.self))
            )
        } catch let error as PostgresError where error.sqlState == .lockNotAvailable {
            throw StoreError.backfillIsRunning(table: table)
        }
    }

    /// Records with its job why a backfill is interrupted.
    package func noteInterruption(of id: Int64, _ failure: JobStore.Failure) throws {
        let job: Int64? = try session.query("select job from pgsync.sync_progress where id = \(id)").onlyRow()
            .decode(0)
        if let job { try JobStore(session).noteInterruption(job, failure) }
    }

    /// Cancels a backfill; false if it had already ended.
    ///
    /// What it has added to the log stays.
    @discardableResult
    package func cancel(_ id: Int64) throws -> Bool {
        try session.query("select pgsync.cancel_backfill(\(id))").onlyRow().decode(0)
    }

    package func progress(_ id: Int64) throws -> BackfillProgress {
        try BackfillProgress(
            session.query(
                """
                select id, subject, state, done, expected, started_at
                from pgsync.sync_progress where id = \(id)
                """
            ).onlyRow()
        )
    }

    /// The backfill of a table that is running or was interrupted.
    package func running(_ table: TableReference) throws -> BackfillProgress? {
        try session.query(
            """
            select id, subject, state, done, expected, started_at
            from pgsync.sync_progress
            where kind = 'backfill' and state = 'running' and pgsync.table_named(subject) = \(.inferred(table.argument))::regclass
            """
        ).first.map(BackfillProgress.init)
    }
}

/// The progress of a backfill.
package struct BackfillProgress: Sendable, Equatable {
    package enum State: String, Sendable {
        case running, finished, cancelled
    }

    package let id: Int64
    package let table: String
    package let state: State
    package let done: Int
    /// The estimated number of rows; nil if the server has not counted them yet.
    package let expected: Int?
    package let startedAt: Timestamp

    init(_ row: Row) throws {
        id = try row.decode("id")
        table = try row.decode("subject")
        state = State(rawValue: try row.decode("state")) ?? .running
        done = try row.decode("done")
        expected = try row.decode("expected")
        startedAt = try row.decode("started_at")
    }
}

/// What one step of a backfill has done.
package struct BackfillStep: Sendable, Equatable {
    package let rows: Int
    package let done: Int
    package let expected: Int?
    package let state: BackfillProgress.State
    /// How long a step should take, by the current settings.
    package let targetDuration: Duration
}
