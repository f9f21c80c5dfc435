import Concurrency
import PGSyncStore
import Telemetry

/// What was in the queue when a worker looked last; nothing before it has looked.
final class QueueMetrics: Sendable {
    private struct Look: Sendable {
        let figures: QueueFigures
        let time: ContinuousClock.Instant
    }

    private let last = Locked<Look?>(nil)

    init(in registry: MetricsRegistry) throws {
        try registry.gauge(
            "pgsync_queue_changes",
            help: "Changes of all tables that are not finished; counted up to 10000, estimated above.",
            labels: []
        ) { [self] in
            look.map { [[]: Double($0.figures.size.changes)] } ?? [:]
        }
        try registry.gauge(
            "pgsync_queue_table_changes",
            help:
                "Changes of a table that are not finished, by what they wait for; above 10000 the least it can be.",
            labels: ["table", "state"]
        ) { [self] in
            look.map { Self.states($0.figures.backlog) } ?? [:]
        }
        try registry.gauge(
            "pgsync_queue_oldest_age_seconds",
            help: "How long ago the change was captured that waits longest, dead letters left aside; else 0.",
            labels: []
        ) { [self] in
            look.map { [[]: Self.age($0) / .seconds(1)] } ?? [:]
        }
    }

    func note(_ figures: QueueFigures) {
        last.withLock { $0 = Look(figures: figures, time: .now) }
    }

    private var look: Look? { last.withLock { $0 } }

    private static func states(_ backlog: [SourceBacklog]) -> [[String]: Double] {
        var values: [[String]: Double] = [:]
        for source in backlog {
            values[[source.table, "waiting"]] = Double(source.waiting)
            values[[source.table, "failing"]] = Double(source.failing)
            values[[source.table, "dead"]] = Double(source.dead)
        }
        return values
    }

    /// It goes on to grow while the database is away, when nobody can look.
    private static func age(_ look: Look) -> Duration {
        look.figures.oldestAge.map { $0 + (.now - look.time) } ?? .zero
    }
}
