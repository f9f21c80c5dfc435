import PGSyncCore
import Postgres
import Services
import Telemetry

/// A part of a worker with a connection of its own: it connects, works, and connects again when that is lost.
struct ConnectedService {
    /// What is logged when the connection is not of use any more.
    struct Sentences {
        let lost: StaticString
        let failed: StaticString
        let silent: StaticString
    }

    let context: WorkerContext
    let sentences: Sentences

    private static let backoff = Backoff(initial: .milliseconds(50), cap: .seconds(2), jitter: .equal)

    /// Runs a body on one connection after the other, until it says that all is done or the shutdown is requested.
    ///
    /// `connect` returns nil once the shutdown is requested. `ended` is called after each connection. The body resets the
    /// backoff when the connection has turned out to be of use.
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

    /// Throws what no other connection would cure.
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
