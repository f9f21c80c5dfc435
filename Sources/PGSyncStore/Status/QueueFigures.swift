package import Postgres

/// What is in the queue, read at a cost that does not grow with it.
package struct QueueFigures: Sendable, Equatable {
    package let size: QueueSize
    package let backlog: [SourceBacklog]
    /// How long ago the change was captured that waits longest, dead letters left aside; none when nothing waits.
    package let oldestAge: Duration?

    package init(size: QueueSize, backlog: [SourceBacklog], takenAt: Timestamp) {
        self.size = size
        self.backlog = backlog
        oldestAge = backlog.compactMap(\.oldestAt).min().map { max(takenAt.duration(since: $0), .zero) }
    }
}
