import PGSyncCore
import Postgres
import Services
import Telemetry

/// A part of a worker with its own connection: it connects, works, and reconnects when the connection is
/// lost.
struct ConnectedService {
    /// What to log when the connection is no longer usable.
    struct Sentences {
        let lost: StaticString
        let failed: StaticString
        let silent: StaticString
    }

    let context: WorkerContext
    let sentences: Sentences

    private static let backoff = Backoff(initial: .milliseconds(50), cap: .seconds(2), jitter: .equal)

    /// Runs a body on one connection after another, until it is finished or a shutdown is requested.
    ///
    /// `connect` returns nil once a shutdown is requested. `ended` is called after each connection. The body
    /// resets the backoff when the connection has proved usable.
    func run(
        until shutdown: Shutdown,
        connect: () async throws -> PostgresConnection?,
        ended: () -> Void,
        body: (PostgresConnection, inout Backoff) async throws -> RetryLoop.Turn<Void>
    ) async throws {
        try await RetryLoop(Self.backoff).run(until: shutdown) { error, _ in
            try log(error)
            ended()
        } turn: { backoff in
            guard let connection = try await connect() else { return .done(()) }
            let turn = try await connection.closing { try await body(connection, &backoff) }
            ended()
            return turn
        }
    }

    /// Throws errors that another connection would not cure.
    private func log(_ error: any Error) throws {
        switch error {
        case let error as PostgresError:
            context.logger.warning(
                error.isConnectionLost ? sentences.lost : sentences.failed,
                ["error": .string("\(error)")]
            )
        case ServicesError.timeLimitExceeded:
            context.logger.warning(sentences.silent)
        default:
            throw error
        }
    }
}
