import PGSyncCore
package import PGSyncStore
package import Postgres
package import Services

/// Runs a backfill to its end, or until it is asked to stop; either way it can be gone on with.
///
/// Each step is a transaction. A lost connection is made anew, and the step it interrupted has not begun.
package struct BackfillRunner: Sendable {
    /// How far it is.
    package struct Report: Sendable, Equatable {
        package var progress: BackfillProgress
        package var done: Int
        package var expected: Int?
        /// Whether it goes on with one that was interrupted.
        package let isResumed: Bool
        /// What was done before this run.
        package let doneBefore: Int
        package var isFinished = false
    }

    private let options: ConnectionOptions
    private let share: Double
    /// For the pauses; what a step takes is the server's time, which no other clock knows.
    private let clock: any Clock<Duration>
    private let reconnectLimit: Duration

    /// `share` is how much of the time is spent working; `reconnectLimit`, for how long to try to connect again.
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

    /// Brings the rows of a table into the log; returns at the end of a step once a shutdown is requested.
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
                while !current.isFinished, !shutdown.isRequested {
                    let pause = try await step(&current, &pacing, on: connection)
                    report = current
                    waited = .zero
                    backoff.reset()
                    try onProgress(current)
                    guard !current.isFinished else { break }
                    if try await shutdown.sleep(for: pause, clock: clock) { break }
                }
                return .done(current)
            }
        }
        // Only what has begun is tried again, so there is a report.
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

    /// Runs a step and returns for how long to rest after it.
    private func step(
        _ report: inout Report,
        _ pacing: inout BackfillPacing,
        on connection: PostgresConnection
    ) async throws -> Duration {
        let (progress, rows) = (report.progress, pacing.rows)
        let start = ContinuousClock.now
        let step = try await connection.withTransaction { session in
            try BackfillStore(session).step(progress.id, rows: rows, table: progress.table)
        }
        report.done = step.done
        report.expected = step.expected
        report.isFinished = step.isFinished
        return pacing.pause(afterStepOf: ContinuousClock.now - start, target: step.targetDuration)
    }

    /// Whether trying again may help: the server is away, or a session of ours that was cut off is still ending.
    private static func mayPass(_ error: any Error) -> Bool {
        switch error {
        case let error as PostgresError: error.isConnectionLost
        case StoreError.backfillIsRunning: true
        default: false
        }
    }
}
