internal import Glibc

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
