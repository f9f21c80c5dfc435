internal import Glibc
internal import Subprocesses

/// What kind of private PostgreSQL is wanted, and where.
package struct ClusterConfiguration: Sendable {
    /// How the server can be reached, apart from its unix socket.
    package enum Listening: Sendable, Equatable {
        /// By nobody: nothing is visible on the network.
        case socketOnly
        /// From this machine, by password, on this port; 0 chooses a free one and keeps it as long as it can.
        case loopback(port: Int)
    }

    /// The directory that holds all there is; made if missing.
    package var stateDirectory: String
    package var listening: Listening = .socketOnly
    package var profile: ServerProfile = .durable
    /// Server settings on top of the profile's; values as a person would write them, without quotes.
    package var settings: [String: String] = [:]
    /// The user the server runs as when we are root, in place of `PGSYNC_CLUSTER_USER`, `postgres` or `nobody`.
    package var serverUser: String?
    /// How long to wait for the server to be ready; recovery after a crash needs its time.
    package var startTimeout: Duration = .seconds(60)
    /// Where `PGSYNC_PG_BINDIR`, `PGSYNC_CLUSTER_USER` and `PATH` are read from.
    package var environment: [String: String]

    package init(stateDirectory: String) {
        self.stateDirectory = stateDirectory
        environment = ProcessEnvironment.current
    }
}

/// What is there in a state directory.
package enum ClusterStatus: Sendable, Equatable {
    /// No data directory yet.
    case absent
    /// A data directory, and nobody serving it.
    case stopped
    /// The server died without cleaning up; a start will recover. The number is what it had.
    case stale(pid: Int32)
    /// A server runs; `startTime` counts from 1970, `isReady` says whether it accepts connections.
    case running(pid: Int32, startTime: Duration, isReady: Bool)
}

/// How a server stops.
package enum StopMode: Sendable {
    /// Waits until all clients have left.
    case smart
    /// Ends the clients' sessions, then stops in good order.
    case fast
    /// Drops everything; the next start recovers.
    case immediate

    var signal: Int32 {
        switch self {
        case .smart: SIGTERM
        case .fast: SIGINT
        case .immediate: SIGQUIT
        }
    }
}
