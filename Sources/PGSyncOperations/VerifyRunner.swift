package import PGSyncStore
package import Postgres
package import Services

/// Runs a verification to its end, or until it is asked to stop; either way it can be resumed.
///
/// Each step is one snapshot, and short: nothing that others wait for is held longer.
package struct VerifyRunner: Sendable {
    /// How far it is.
    package struct Report: SteppedReport, Equatable {
        package let job: Int64
        /// Whether it continues an interrupted one.
        package let isResumed: Bool
        /// The latest step; nil before the first.
        package var step: VerifyStep?

        package var hasEnded: Bool { step.map { $0.state != .running } ?? false }
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

    /// Returns at the end of a step once a shutdown is requested.
    package func run(
        _ scope: VerifyScope,
        until shutdown: Shutdown,
        onProgress: @Sendable (Report) throws -> Void
    ) async throws -> Report {
        try await work.run(until: shutdown) { connection, before -> Report in
            let begun = try await connection.withTransaction { session in
                let begun = try VerifyStore(session).begin(scope)
                return Report(job: begun.job, isResumed: begun.isResumed)
            }
            return before ?? begun
        } step: { report, rows, connection in
            let job = report.job
            let step = try await connection.withTransaction(.init(isolation: .repeatableRead)) { session in
                try VerifyStore(session).step(job, rows: rows)
            }
            report.step = step
            return step.targetDuration
        } mayPass: {
            Self.mayPass($0)
        } onProgress: {
            try onProgress($0)
        }
    }

    /// Whether a retry may help: the server is unreachable, or an interrupted session of ours is still ending.
    private static func mayPass(_ error: any Error) -> Bool {
        guard let error = error as? PostgresError else { return false }
        return error.isConnectionLost || error.sqlState == .lockNotAvailable
    }
}
