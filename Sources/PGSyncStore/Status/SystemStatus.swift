package import Postgres

/// How everything stands at one moment, read at a cost that does not grow with what waits.
package struct SystemStatus: Sendable, Equatable {
    package let takenAt: Timestamp
    package let database: String
    /// The version of the server, such as 15.14.
    package let server: String
    /// Whether an operator has stopped all posting.
    package let isPaused: Bool
    /// Whether changes are posted as they come.
    package let isRealTime: Bool
    package let queue: QueueSize
    package let backlog: [SourceBacklog]
    package let failures: [FailureSummary]
    package let outcomes: [RecentOutcome]
    package let workers: [WorkerState]
    package let foreignLocks: [ForeignLock]
    package let durability: Durability
    package let totals: RunningTotals

    /// When the change was captured that waits longest, dead letters left aside.
    package var oldestAt: Timestamp? { backlog.compactMap(\.oldestAt).min() }
    package var dead: Int { backlog.reduce(0) { $0 + $1.dead } }
    package var failing: Int { backlog.reduce(0) { $0 + $1.failing } }
    /// Whether the numbers of the sources are the least they can be.
    package var isCapped: Bool { backlog.contains { $0.isCapped } }
}
