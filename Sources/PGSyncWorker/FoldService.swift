import Concurrency
import PGSyncStore
import Postgres
import Services
import Telemetry

/// Folds the log into the newest versions of records that are exchanged, whenever the leader finds that it is due.
///
/// It has a connection of its own while it works, because after a long pause it may take minutes.
struct FoldService: Service {
    let context: WorkerContext

    func run(until shutdown: Shutdown) async throws {
        while try await isDue(until: shutdown) {
            do {
                guard let connection = try await context.gate.connect(until: shutdown) else { return }
                try await connection.closing {
                    let number = try await connection.foldVersions()
                    context.logger.debug("Folded the log", ["versions.new": .int(number)])
                }
            } catch let error as PostgresError {
                context.logger.warning(
                    "Folding the log was interrupted; it will be tried again",
                    ["error": .string("\(error)")]
                )
            }
        }
        try await shutdown.wait()
    }

    private func isDue(until shutdown: Shutdown) async throws -> Bool {
        do {
            return try await shutdown.withGracePeriod(.zero) { [context] in
                try await context.folds.wait()
                context.folds.close()
                return true
            }
        } catch is CancellationError where shutdown.isRequested && !Task.isCancelled {
            return false
        }
    }
}
