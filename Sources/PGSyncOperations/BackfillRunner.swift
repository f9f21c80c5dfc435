package import PGSyncStore
package import Postgres
package import Services

/// Runs a backfill to its end, or until it is asked to stop; either way it can be continued.
///
/// Each step is a transaction. A lost connection is reopened, and the step it interrupted has not begun.
package struct BackfillRunner: Sendable {
    /// How far it is.
    package struct Report: SteppedReport, Equatable {
        package var progress: BackfillProgress
        package var done: Int
        package var expected: Int?
        /// Whether it continues an interrupted one.
        package let isResumed: Bool
        /// What was done before this run.
        package let doneBefore: Int
        package var isFinished = false
        /// Whether somebody cancelled it.
        package var isCancelled = false

        var hasEnded: Bool { isFinished || isCancelled }
    }

    private let work: SteppedWork

    /// `share` is the share of the time to work; `reconnectLimit` is how long to try to reconnect.
    package init(
        to options: ConnectionOptions,
        share: Double = 0.5,
        reconnectLimit: Duration = .seconds(60),
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        work = SteppedWork(options: options, share: share, reconnectLimit: reconnectLimit, clock: clock)
    }

    /// Adds the rows of a table to the log; returns at the end of a step once a shutdown is requested.
    package func run(
        _ table: TableReference,
        until shutdown: Shutdown,
        onProgress: @Sendable (Report) throws -> Void
    ) async throws -> Report {
        try await work.run(until: shutdown) { connection, before in
            try await Self.begin(table, on: connection, after: before)
        } step: { report, rows, connection in
            try await Self.step(&report, rows, on: connection)
        } mayPass: {
            Self.mayPass($0)
        } onProgress: {
            try onProgress($0)
        }
    }

    private static func begin(
        _ table: TableReference,
        on connection: PostgresConnection,
        after report: Report?
    ) async throws -> Report {
        let (progress, isResumed) = try await connection.withTransaction { session in
            let started = try BackfillStore(session).start(table)
            return (started.progress, started.isResumed)
        }
        return Report(
            progress: progress,
            done: progress.done,
            expected: progress.expected,
            isResumed: report?.isResumed ?? isResumed,
            doneBefore: report?.doneBefore ?? progress.done
        )
    }

    /// Runs a step and returns how long it should have taken.
    private static func step(
        _ report: inout Report,
        _ rows: Int,
        on connection: PostgresConnection
    ) async throws -> Duration {
        let progress = report.progress
        let step: BackfillStep
        do {
            step = try await connection.withTransaction { session in
                try BackfillStore(session).step(progress.id, rows: rows, table: progress.table)
            }
        } catch let error as PostgresError where !error.isConnectionLost {
            try await Self.note(error, of: progress, on: connection)
            throw error
        }
        report.done = step.done
        report.expected = step.expected
        report.isFinished = step.state == .finished
        report.isCancelled = step.state == .cancelled
        return step.targetDuration
    }

    /// Shows with the job why it was interrupted; it can be continued once the cause is gone.
    private static func note(
        _ error: PostgresError,
        of progress: BackfillProgress,
        on connection: PostgresConnection
    ) async throws {
        do {
            try await connection.withTransaction { session in
                try BackfillStore(session).noteInterruption(of: progress.id, JobStore.Failure(error))
            }
        } catch is PostgresError {
            // What interrupted it counts more.
        }
    }

    /// Whether a retry may help: the server is unreachable, or an interrupted session of ours is still
    /// ending.
    private static func mayPass(_ error: any Error) -> Bool {
        switch error {
        case let error as PostgresError: error.isConnectionLost
        case StoreError.backfillIsRunning: true
        default: false
        }
    }
}
