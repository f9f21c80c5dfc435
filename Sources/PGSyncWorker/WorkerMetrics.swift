import Concurrency
import PGSyncCore
import PGSyncStore
package import Telemetry

/// What a worker counts.
package struct WorkerMetrics: Sendable {
    private let claimed: Counter
    private let outcomes: Labeled<Counter>
    private let failures: Labeled<Counter>
    private let batches: Counter
    private let batchSeconds: Histogram
    private let careful: Counter
    private let wakes: Labeled<Counter>
    private let connections: Labeled<Counter>
    private let breaker: Gauge
    private let leads: Gauge
    private let posters: Gauge
    private let connectedPosters: Gauge
    private let housekeeping: HousekeepingMetrics
    private let queue: QueueMetrics
    private let alerts: AlertMetrics
    private let remote: RemoteMetrics
    private let exchanges: ExchangeMetrics

    /// Registers the metrics, once per registry.
    package init(in registry: MetricsRegistry) throws {
        claimed = try registry.counter(
            "pgsync_worker_claimed_total",
            help: "Changes claimed from the queue."
        )
        outcomes = try registry.counter(
            "pgsync_worker_outcomes_total",
            help: "Outcomes of the claimed changes.",
            labels: ["outcome"]
        )
        failures = try registry.counter(
            "pgsync_worker_failures_total",
            help: "Failed changes, by failure class.",
            labels: ["class"]
        )
        batches = try registry.counter("pgsync_worker_batches_total", help: "Batches posted.")
        batchSeconds = try registry.histogram(
            "pgsync_worker_batch_seconds",
            help: "Duration of a batch, from the call to its answer."
        )
        careful = try registry.counter(
            "pgsync_worker_careful_total",
            help: "Changes posted one at a time after a session ended in the middle of a batch."
        )
        wakes = try registry.counter(
            "pgsync_worker_wakes_total",
            help: "Wake-ups, by their cause.",
            labels: ["reason"]
        )
        connections = try registry.counter(
            "pgsync_worker_connections_total",
            help: "Connection attempts, by outcome.",
            labels: ["outcome"]
        )
        breaker = try registry.gauge(
            "pgsync_worker_breaker_open",
            help:
                "Circuit breaker: 1 open while the database is unreachable, 0.5 during a trial connection, 0 closed."
        )
        leads = try registry.gauge(
            "pgsync_worker_leads",
            help: "1 if this worker is the leader, which runs the singleton tasks."
        )
        posters = try registry.gauge("pgsync_worker_posters", help: "Posters of the worker.")
        connectedPosters = try registry.gauge(
            "pgsync_worker_connected_posters",
            help: "Posters with a connection."
        )
        housekeeping = try HousekeepingMetrics(in: registry)
        queue = try QueueMetrics(in: registry)
        alerts = try AlertMetrics(in: registry)
        remote = try RemoteMetrics(in: registry)
        exchanges = try ExchangeMetrics(in: registry)
        // Counters begin at 0, so that the first event is an increase.
        for (outcome, _) in Self.outcomes { _ = outcomes[outcome] }
        for outcome in ["success", "failure"] { _ = connections[outcome] }
        for wake in SleepState.Wake.allCases { _ = wakes[Self.reason(wake)] }
    }

    private static let outcomes: [(name: String, count: @Sendable (BatchResult) -> Int)] = [
        ("posted", \.posted), ("amended", \.amended), ("reversed", \.reversed), ("unchanged", \.unchanged),
        ("superseded", \.superseded), ("failed", \.failed), ("deferred", \.deferred),
    ]

    func note(_ result: BatchResult, took duration: Duration) {
        batches.increment()
        batchSeconds.observe(duration)
        claimed.increment(by: Double(result.claimed))
        for (outcome, count) in Self.outcomes { outcomes[outcome].increment(by: Double(count(result))) }
        for errorClass in result.errorClasses { failures[errorClass].increment() }
    }

    func noteCareful() { careful.increment() }

    func note(_ wake: SleepState.Wake) { wakes[Self.reason(wake)].increment() }

    private static func reason(_ wake: SleepState.Wake) -> String {
        switch wake {
        case .doorbell: "bell"
        case .lookedAgain: "looked_again"
        case .poll: "poll"
        case .due: "due"
        case .fallback: "fallback"
        case .interval: "interval"
        case .shutdown: "shutdown"
        }
    }

    func noteConnection(succeeded: Bool) { connections[succeeded ? "success" : "failure"].increment() }

    func note(_ openness: ConnectionGate.Openness) {
        switch openness {
        case .closed: breaker.set(0)
        case .trying: breaker.set(0.5)
        case .open: breaker.set(1)
        }
    }

    func note(_ health: WorkerHealth) {
        posters.set(Double(health.posters))
        connectedPosters.set(Double(health.connectedPosters))
    }

    func note(_ figures: QueueFigures, each interval: Duration) { queue.note(figures, each: interval) }

    func note(_ figures: RemoteFigures, each interval: Duration) { remote.note(figures, each: interval) }

    func note(_ figures: ExchangeFigures, each interval: Duration) { exchanges.note(figures, each: interval) }

    func note(_ duties: DutyRecord, leads: Bool, each interval: Duration) {
        housekeeping.note(duties, leads: leads, each: interval)
    }

    func note(leads isLeader: Bool) {
        leads.set(isLeader ? 1 : 0)
        guard !isLeader else { return }
        // Another worker sees to these now.
        alerts.forget()
        queue.forget()
        remote.forget()
        exchanges.forget()
    }

    func note(_ firing: [FiringAlerts], each interval: Duration) { alerts.note(firing, each: interval) }
}

/// Which alerts fired when the leader last checked; nothing in other workers.
final class AlertMetrics: Sendable {
    private let firing = Observation<[FiringAlerts]>()

    init(in registry: MetricsRegistry) throws {
        try registry.gauge(
            "pgsync_alerts_firing",
            help:
                "Alerts that fire, by kind and severity; only in the leader, and only while it checks them.",
            labels: ["kind", "severity"]
        ) { [firing] in
            var values: [[String]: Double] = [:]
            for alerts in firing.current?.value ?? [] {
                values[[alerts.kind, alerts.severity]] = Double(alerts.count)
            }
            return values
        }
        try registry.gauge(
            "pgsync_alerts_check_age_seconds",
            help: "Time since the leader last checked alerts; absent where nobody does.",
            labels: []
        ) { [firing] in
            firing.current.map { [[]: $0.age / .seconds(1)] } ?? [:]
        }
    }

    func note(_ alerts: [FiringAlerts], each interval: Duration) { firing.note(alerts, each: interval) }

    func forget() { firing.forget() }
}

/// What was in the queue when the leader last looked; nothing in other workers.
final class QueueMetrics: Sendable {
    private let figures = Observation<QueueFigures>()

    init(in registry: MetricsRegistry) throws {
        try registry.gauge(
            "pgsync_queue_changes",
            help:
                "Unfinished changes of all tables; counted up to 10000, estimated above. Only in the leader.",
            labels: []
        ) { [figures] in
            figures.current.map { [[]: Double($0.value.size.changes)] } ?? [:]
        }
        try registry.gauge(
            "pgsync_queue_table_changes",
            help: "Unfinished changes of a table, by state; above 10000 a lower bound. Only in the leader.",
            labels: ["table", "state"]
        ) { [figures] in
            figures.current.map { Self.states($0.value.backlog) } ?? [:]
        }
        try registry.gauge(
            "pgsync_queue_oldest_age_seconds",
            help:
                "Age of the oldest waiting change, without dead letters; 0 if none waits. Only in the leader.",
            labels: []
        ) { [figures] in
            figures.current.map { [[]: Self.oldest($0.value, seen: $0.age) / .seconds(1)] } ?? [:]
        }
    }

    func note(_ seen: QueueFigures, each interval: Duration) { figures.note(seen, each: interval) }

    func forget() { figures.forget() }

    private static func states(_ backlog: [SourceBacklog]) -> [[String]: Double] {
        var values: [[String]: Double] = [:]
        for source in backlog {
            values[[source.table, "waiting"]] = Double(source.waiting)
            values[[source.table, "failing"]] = Double(source.failing)
            values[[source.table, "dead"]] = Double(source.dead)
        }
        return values
    }

    private static func oldest(_ figures: QueueFigures, seen age: Duration) -> Duration {
        figures.oldestAge.map { $0 + age } ?? .zero
    }
}

/// Which duties failed, and what stood in the way, when the housekeeper last went round.
final class HousekeepingMetrics: Sendable {
    private struct Round: Sendable {
        let failing: [String: Double]
        let locks: [String: Double]
    }

    private let round = Observation<Round>()

    init(in registry: MetricsRegistry) throws {
        try registry.gauge(
            "pgsync_worker_duty_failing",
            help:
                "1 while a duty other than posting fails, such as inspecting capture, else 0; those of the leader only there.",
            labels: ["duty"]
        ) { [round] in Self.labeled(round.current?.value.failing) }
        try registry.gauge(
            "pgsync_foreign_locks",
            help: "Advisory locks of pgsync held by sessions outside it; those on slots block posting.",
            labels: ["lock"]
        ) { [round] in Self.labeled(round.current?.value.locks) }
    }

    func note(_ duties: DutyRecord, leads: Bool, each interval: Duration) {
        let own = Duty.allCases.filter { leads || !Duty.ofLeader.contains($0) }.map(\.rawValue)
        let failing = Set(duties.failing.map(\.duty))
        let locks = Dictionary(grouping: duties.foreignLocks, by: \.lock)
        round.note(
            Round(
                failing: Dictionary(uniqueKeysWithValues: own.map { ($0, failing.contains($0) ? 1 : 0) }),
                locks: Dictionary(
                    uniqueKeysWithValues: ForeignLock.locks.map { name in
                        (name, Double(locks[name]?.reduce(0) { $0 + $1.count } ?? 0))
                    }
                )
            ),
            each: interval
        )
    }

    private static func labeled(_ values: [String: Double]?) -> [[String]: Double] {
        var labeled: [[String]: Double] = [:]
        for (name, value) in values ?? [:] { labeled[[name]] = value }
        return labeled
    }
}
