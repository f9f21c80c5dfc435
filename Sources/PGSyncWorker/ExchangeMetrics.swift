import PGSyncStore
import Telemetry

/// How exchanges with nodes and masters stood when the leader last looked; nothing in other workers.
final class ExchangeMetrics: Sendable {
    private let figures = Observation<ExchangeFigures>()

    init(in registry: MetricsRegistry) throws {
        for (role, others) in [(ExchangeFigures.Role.node, "a node"), (.master, "a master")] {
            let name = role.rawValue
            try gauge(
                "pgsync_\(name)_exchange_age_seconds",
                role == .node
                    ? "Time since a node last said how an exchange ended; absent before. Only in the leader."
                    : "Time since the last exchange with a master that ended well; absent before. Only in the leader.",
                role,
                in: registry
            ) { neighbour, age in neighbour.exchangeAge.map { $0 + age / .seconds(1) } }
            try gauge(
                "pgsync_\(name)_pending_records",
                role == .node
                    ? "Records that a node does not have yet; above 20000 a lower bound. Only in the leader."
                    : "Records that a master does not have yet; above 20000 a lower bound. Only in the leader.",
                role,
                in: registry
            ) { neighbour, _ in Double(neighbour.pending) }
            try gauge(
                "pgsync_\(name)_clock_skew_seconds",
                "How far the clock of \(others) is ahead of this one; absent before it is known. Only in the leader.",
                role,
                in: registry
            ) { neighbour, _ in neighbour.clockSkew }
        }
        try gauge(
            "pgsync_node_must_resync",
            "1 while a node has to load everything anew, else 0. Only in the leader.",
            .node,
            in: registry
        ) { neighbour, _ in neighbour.mustResync ? 1 : 0 }
        try registry.gauge(
            "pgsync_master_status",
            help:
                "1 for how the last exchange with a master ended, or that one is under way, else 0. Only in the leader.",
            labels: ["master", "status"]
        ) { [figures] in
            var values: [[String]: Double] = [:]
            for master in figures.current?.value.neighbours ?? [] where master.role == .master {
                for one in ExchangeFigures.allStatuses {
                    values[[master.name, one]] = one == master.status ? 1 : 0
                }
            }
            return values
        }
        try registry.gauge(
            "pgsync_conflicts_open",
            help: "Conflicts that wait for a person; counted up to 20000. Only in the leader.",
            labels: []
        ) { [figures] in
            figures.current.map { [[]: Double($0.value.openConflicts)] } ?? [:]
        }
    }

    /// A figure of each neighbour of a role; `value` is given how long ago it was looked at.
    private func gauge(
        _ name: String,
        _ help: String,
        _ role: ExchangeFigures.Role,
        in registry: MetricsRegistry,
        _ value: @escaping @Sendable (ExchangeFigures.Neighbour, Duration) -> Double?
    ) throws {
        try registry.gauge(name, help: help, labels: [role.rawValue]) { [figures] in
            guard let (seen, age) = figures.current else { return [:] }
            var values: [[String]: Double] = [:]
            for neighbour in seen.neighbours where neighbour.role == role {
                values[[neighbour.name]] = value(neighbour, age)
            }
            return values
        }
    }

    func note(_ seen: ExchangeFigures, each interval: Duration) { figures.note(seen, each: interval) }

    func forget() { figures.forget() }
}
