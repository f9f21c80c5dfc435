import PGSyncCore
package import PGSyncStore
package import Postgres
package import Services

/// Runs a verification to its end, or until it is asked to stop; either way it can be resumed.
///
/// Each step is one snapshot, and short: nothing that others wait for is held longer. A lost connection is
/// reopened, and the step it interrupted has not begun.
package struct VerifyRunner: Sendable {
    /// How far it is.
    package struct Report: Sendable, Equatable {
        package let job: Int64
        /// Whether it continues an interrupted one.
        package let isResumed: Bool
        /// The latest step; nil before the first.
        package var step: VerifyStep?

        package var hasEnded: Bool { step.map { $0.state != .running } ?? false }
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

    /// Returns at the end of a step once a shutdown is requested.
    package func run(
        _ scope: VerifyScope,
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
                let begun = try await connection.withTransaction { session in
                    let begun = try VerifyStore(session).begin(scope)
                    return (job: begun.job, isResumed: begun.isResumed)
                }
                var current = report ?? Report(job: begun.job, isResumed: begun.isResumed)
                report = current
                while !shutdown.isRequested {
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

    /// Runs a step and returns how long to rest after it.
    private func step(
        _ report: inout Report,
        _ pacing: inout BackfillPacing,
        on connection: PostgresConnection
    ) async throws -> Duration {
        let (job, rows) = (report.job, pacing.rows)
        let start = ContinuousClock.now
        let step = try await connection.withTransaction(.init(isolation: .repeatableRead)) { session in
            try VerifyStore(session).step(job, rows: rows)
        }
        report.step = step
        return pacing.pause(afterStepOf: ContinuousClock.now - start, target: step.targetDuration)
    }

    /// Whether a retry may help: the server is unreachable, or an interrupted session of ours is still ending.
    private static func mayPass(_ error: any Error) -> Bool {
        guard let error = error as? PostgresError else { return false }
        return error.isConnectionLost || error.sqlState == .lockNotAvailable
    }
}
