import PGSyncCluster
import Services

/// Looks whether a private server still runs, until it is asked to stop.
struct ServerWatch: Service {
    let cluster: PrivateCluster

    /// How often to look.
    private static let interval = Duration.milliseconds(500)

    func run(until shutdown: Shutdown) async throws {
        while try await !shutdown.sleep(for: Self.interval) {
            guard case .running = try await cluster.status() else {
                throw CommandError.serverDied(log: cluster.lastLogLines, directory: cluster.logDirectory)
            }
        }
    }
}
