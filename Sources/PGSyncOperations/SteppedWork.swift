import PGSyncCore
import Postgres
import Services

/// Work in short steps, each a transaction, with rests between them; it continues where it was interrupted.
///
/// A lost connection is reopened, and the step it interrupted has not begun.
struct SteppedWork: Sendable {
    let options: ConnectionOptions
    /// The share of the time to work.
    let share: Double
    /// How long to try to reconnect.
    let reconnectLimit: Duration
    /// For the pauses; a step is timed by the server.
    let clock: any Clock<Duration>

    /// Returns at the end of a step once a shutdown is requested.
    ///
    /// `begin` begins or resumes on a new connection, given how far it was on the one before. `step` is told how many
    /// rows to take, and returns how long they should have taken. `mayPass` says of an error whether a retry may help.
    func run<Report: SteppedReport>(
        until shutdown: Shutdown,
        begin: (PostgresConnection, Report?) async throws -> Report,
        step: (inout Report, Int, PostgresConnection) async throws -> Duration,
        mayPass: (any Error) -> Bool,
        onProgress: (Report) throws -> Void
    ) async throws -> Report {
        var report: Report?
        var pacing = StepPacing(share: share)
        var waited = Duration.zero
        let retry = RetryLoop(Backoff(initial: .milliseconds(100), cap: .seconds(5)), clock: clock)
        let finished = try await retry.run(until: shutdown) { error, pause in
            guard report != nil, mayPass(error), waited < reconnectLimit else { throw error }
            waited += max(pause, .milliseconds(10))
        } turn: { backoff -> RetryLoop.Turn<Report> in
            try await PostgresConnection.withConnection(to: options) { connection in
                var current = try await begin(connection, report)
                report = current
                try onProgress(current)
                while !current.hasEnded, !shutdown.isRequested {
                    let start = ContinuousClock.now
                    let target = try await step(&current, pacing.rows, connection)
                    let pause = pacing.pause(afterStepOf: ContinuousClock.now - start, target: target)
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
}

/// How far stepped work is.
protocol SteppedReport: Sendable {
    var hasEnded: Bool { get }
}
