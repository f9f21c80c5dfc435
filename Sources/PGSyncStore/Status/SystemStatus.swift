package import Postgres

/// The status at one moment, read at a cost that does not grow with the queue.
package struct SystemStatus: Sendable, Equatable {
    package let takenAt: Timestamp
    package let database: String
    /// The version of the server, such as 15.14.
    package let server: String
    /// Whether an operator has paused all posting.
    package let isPaused: Bool
    /// Whether changes are posted as they come.
    package let isRealTime: Bool
    /// What is wrong and demands attention, the worst first.
    package let alerts: [Alert]
    package let queue: QueueSize
    package let backlog: [SourceBacklog]
    package let failures: [FailureSummary]
    package let outcomes: [RecentOutcome]
    package let workers: [WorkerState]
    package let foreignLocks: [ForeignLock]
    package let durability: Durability
    package let score: Score
    package let totals: RunningTotals

    /// When the oldest waiting change was captured, without dead letters.
    package var oldestAt: Timestamp? { backlog.compactMap(\.oldestAt).min() }
    package var dead: Int { backlog.reduce(0) { $0 + $1.dead } }
    package var failing: Int { backlog.reduce(0) { $0 + $1.failing } }
    /// Whether the numbers of the sources are lower bounds.
    package var isCapped: Bool { backlog.contains { $0.isCapped } }
}

/// How many changes are not finished.
package struct QueueSize: Sendable, Equatable {
    package let changes: Int
    /// Whether there were too many to count.
    package let isEstimate: Bool

    init(_ row: Row) throws {
        changes = try row.decode("changes")
        isEstimate = try row.decode("is_estimate")
    }
}

/// What is in the queue, read at a cost that does not grow with it.
package struct QueueFigures: Sendable, Equatable {
    package let size: QueueSize
    package let backlog: [SourceBacklog]
    /// The age of the oldest waiting change, without dead letters; none if nothing waits.
    package let oldestAge: Duration?

    package init(size: QueueSize, backlog: [SourceBacklog], takenAt: Timestamp) {
        self.size = size
        self.backlog = backlog
        oldestAge = backlog.compactMap(\.oldestAt).min().map { max(takenAt.duration(since: $0), .zero) }
    }
}

/// How many changes had one outcome recently.
package struct RecentOutcome: Sendable, Equatable {
    package let outcome: String
    package let lastMinute: Int
    package let lastHour: Int
    package let isMinuteCapped: Bool
    package let isHourCapped: Bool

    init(_ row: Row) throws {
        outcome = try row.decode("outcome")
        lastMinute = try row.decode("last_minute")
        lastHour = try row.decode("last_hour")
        isMinuteCapped = try row.decode("is_minute_capped")
        isHourCapped = try row.decode("is_hour_capped")
    }
}

/// Waiting changes that failed in the same way.
package struct FailureSummary: Sendable, Equatable {
    package let errorClass: String
    package let failing: Int
    package let dead: Int
    package let lastAt: Timestamp?
    package let lastChange: Int64
    package let lastMessage: String?
    package let isCapped: Bool

    init(_ row: Row) throws {
        errorClass = try row.decode("error_class")
        failing = try row.decode("failing")
        dead = try row.decode("dead")
        lastAt = try row.decode("last_at")
        lastChange = try row.decode("last_change")
        lastMessage = try row.decode("last_message")
        isCapped = try row.decode("is_capped")
    }
}

/// What is unfinished of a table.
package struct SourceBacklog: Sendable, Equatable {
    package let table: String
    package let isAttached: Bool
    package let pausedAt: Timestamp?
    package let waiting: Int
    /// Changes that failed and are tried again by themselves.
    package let failing: Int
    /// Dead letters.
    package let dead: Int
    /// When the oldest was captured that is not dead.
    package let oldestAt: Timestamp?
    /// Whether there was more than was looked at, so that each number is the least it can be.
    package let isCapped: Bool
    /// The rules that post its documents of today.
    package let rules: [String]

    init(_ row: Row) throws {
        table = try row.decode("table_name")
        isAttached = try row.decode("attached")
        pausedAt = try row.decode("paused_at")
        waiting = try row.decode("waiting")
        failing = try row.decode("failing")
        dead = try row.decode("dead")
        oldestAt = try row.decode("oldest_at")
        isCapped = try row.decode("is_capped")
        rules = try row.decode("rules")
    }
}

/// A worker as others see it.
package struct WorkerState: Sendable, Equatable {
    package let name: String
    package let host: String
    package let processID: Int
    package let version: String
    package let posters: Int
    /// Posters that have a connection, by its last report.
    package let connectedPosters: Int?
    /// closed, trying or open: whether it connects as usual, by its last report.
    package let breaker: String?
    /// running, silent, stopped or lost.
    package let state: String
    package let startedAt: Timestamp
    package let heartbeatAt: Timestamp
    /// Changes it has ended since it started, by its last report.
    package let finished: Int?
    package let failed: Int?
    /// What it cannot do beside posting, each with the reason, by its last report.
    package let failing: [String]

    init(_ row: Row) throws {
        name = try row.decode("name")
        host = try row.decode("host")
        processID = try row.decode("pid")
        version = try row.decode("version")
        posters = try row.decode("posters")
        connectedPosters = try row.decode("connected_posters")
        breaker = try row.decode("breaker")
        state = try row.decode("state")
        startedAt = try row.decode("started_at")
        heartbeatAt = try row.decode("heartbeat_at")
        finished = try row.decode("finished")
        failed = try row.decode("failed")
        failing = try row.decode("failing")
    }
}

/// Numbers that only grow, of which two readings make a rate; what was rolled back may count in them.
package struct RunningTotals: Sendable, Equatable {
    package let captured: Int
    package let attempts: Int
    package let entries: Int
    package let lines: Int

    init(_ row: Row) throws {
        captured = try row.decode("captured")
        attempts = try row.decode("attempts")
        entries = try row.decode("entries")
        lines = try row.decode("lines")
    }

    package init(captured: Int, attempts: Int, entries: Int, lines: Int) {
        self.captured = captured
        self.attempts = attempts
        self.entries = entries
        self.lines = lines
    }
}

/// What a commit survives, by the settings of this session.
package struct Durability: Sendable, Equatable {
    package let syncsToDisk: Bool
    package let synchronousCommit: String
    /// The setting synchronous_standby_names.
    package let standbyNames: String
    /// Synchronous standbys that are connected; nil for those who may not see them.
    package let synchronousStandbys: Int?

    init(_ row: Row) throws {
        syncsToDisk = try row.decode("syncs_to_disk")
        synchronousCommit = try row.decode("synchronous_commit")
        standbyNames = try row.decode("standby_names")
        synchronousStandbys = try row.decode("synchronous_standbys")
    }

    package var sentence: String {
        guard syncsToDisk else { return "fsync is off: an operating-system crash loses commits" }
        switch synchronousCommit {
        case "off": return "synchronous_commit is off: a crash loses the latest commits"
        case "local": return Self.local
        default: break
        }
        guard !standbyNames.isEmpty else { return Self.local }
        return switch synchronousStandbys {
        case nil: "each commit waits for synchronous standbys (\(standbyNames))"
        case 0?: "synchronous standbys are configured (\(standbyNames)) but none is connected: commits wait"
        case let count?:
            "a commit survives the loss of this machine (\(count) synchronous standby\(count == 1 ? "" : "s"))"
        }
    }

    private static let local = "a commit survives a crash of the server, not the loss of its disk"
}
