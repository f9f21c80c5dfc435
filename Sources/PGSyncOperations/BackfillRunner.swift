import PGSyncCore
package import PGSyncStore
package import Postgres
package import Services

/// Runs a backfill to its end, or until it is asked to stop; either way it can be continued.
///
/// Each step is a transaction. A lost connection is reopened, and the step it interrupted has not begun.
package struct BackfillRunner: Sendable {
    /// How far it is.
    package struct Report: Sendable, Equatable {
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

    private let options: ConnectionOptions
    private let share: Double
    /// For the pauses; a step is timed by the server.
    private let clock: any Clock<Duration>
    private let reconnectLimit: Duration

    /// `share` is the share of the time to work; `reconnectLimit` is how long to try to reconnect.
    package init(
        to options: ConnectionOptions,
        share: Double = 0.5,
        reconnectLimit: Duration = .seconds(60),
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.options = options
        self.share = share
        self.reconnectLimit = reconnectLimit
        self.clock = clock
    }

    /// Adds the rows of a table to the log; returns at the end of a step once a shutdown is requested.
    package func run(
        _ table: TableReference,
        until shutdown: Shutdown,
        onProgress: @Sendable (Report) throws -> Void
    ) async throws -> Report {
        var report: Report?
        var pacing = BackfillPacing(share: share)
        var waited = Duration.zero
        let retry = RetryLoop(Backoff(initial: .milliseconds(100), cap: .seconds(5)), clock: clock)
        let finished = try await retry.run(until: shutdown) { error, pause in
            guard report != nil, Self.mayPass(error), waited < reconnectLimit else { throw error }
            waited += max(pause, .milliseconds(10))
        } turn: { backoff -> RetryLoop.Turn<Report> in
            try await PostgresConnection.withConnection(to: options) { connection in
                var current = try await Self.begin(table, on: connection, after: report)
                report = current
                try onProgress(current)
                while !current.hasEnded, !shutdown.isRequested {
                    let pause = try await step(&current, &pacing, on: connection)
                    report = current
                    waited = .zero
                    backoff.reset()
                    try onProgress(current)
                    guard !current.hasEnded else { break }
                    if try await shutdown.sleep(for: pause, clock: clock) { break }
                }
                return .done(current)
            }
        }
        // Only what has begun is retried, so there is a report.
        guard let latest = finished ?? report else { throw CancellationError() }
        return latest
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

    /// Runs a step and returns how long to rest after it.
    private func step(
        _ report: inout Report,
        _ pacing: inout BackfillPacing,
        on connection: PostgresConnection
    ) async throws -> Duration {
        let (progress, rows) = (report.progress, pacing.rows)
        let start = ContinuousClock.now
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
        return pacing.pause(afterStepOf: ContinuousClock.now - start, target: step.targetDuration)
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
