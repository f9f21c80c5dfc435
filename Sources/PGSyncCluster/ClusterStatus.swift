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
