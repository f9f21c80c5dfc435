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
    private let failingDuties: Labeled<Gauge>
    private let foreignLocks: Labeled<Gauge>
    private let queue: QueueMetrics
    private let alerts: AlertMetrics

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
        failingDuties = try registry.gauge(
            "pgsync_worker_duty_failing",
            help: "1 while a duty other than posting fails, such as inspecting capture, else 0.",
            labels: ["duty"]
        )
        foreignLocks = try registry.gauge(
            "pgsync_foreign_locks",
            help: "Advisory locks of pgsync held by sessions outside it; those on slots block posting.",
            labels: ["lock"]
        )
        queue = try QueueMetrics(in: registry)
        alerts = try AlertMetrics(in: registry)
        // Counters begin at 0, so that the first event is an increase.
        for (outcome, _) in Self.outcomes { _ = outcomes[outcome] }
        for duty in Duty.allCases { failingDuties[duty.rawValue].set(0) }
        for lock in ForeignLock.locks { foreignLocks[lock].set(0) }
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

    func note(_ wake: SleepState.Wake) {
        let reason =
            switch wake {
            case .doorbell: "bell"
            case .lookedAgain: "looked_again"
            case .poll: "poll"
            case .due: "due"
            case .fallback: "fallback"
            case .interval: "interval"
            case .shutdown: "shutdown"
            }
        wakes[reason].increment()
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

    func note(_ figures: QueueFigures) { queue.note(figures) }

    func note(_ duties: DutyRecord) {
        let failing = Set(duties.failing.map(\.duty))
        for duty in Duty.allCases {
            failingDuties[duty.rawValue].set(failing.contains(duty.rawValue) ? 1 : 0)
        }
        let locks = Dictionary(grouping: duties.foreignLocks, by: \.lock)
        for lock in ForeignLock.locks {
            foreignLocks[lock].set(Double(locks[lock]?.reduce(0) { $0 + $1.count } ?? 0))
        }
    }

    func note(leads isLeader: Bool) {
        leads.set(isLeader ? 1 : 0)
        // Another worker checks them now.
        if !isLeader { alerts.forget() }
    }

    func note(_ firing: [FiringAlerts]) { alerts.note(firing) }
}

/// Which alerts fired when the leader last checked; nothing in other workers, or once that is old.
final class AlertMetrics: Sendable {
    private struct Check: Sendable {
        let firing: [FiringAlerts]
        let time: ContinuousClock.Instant
    }

    private let last = Locked<Check?>(nil)
    /// A figure that nobody observes any more must not stay.
    private static let patience = Duration.seconds(60)

    init(in registry: MetricsRegistry) throws {
        try registry.gauge(
            "pgsync_alerts_firing",
            help:
                "Alerts that fire, by kind and severity; only in the leader, and only while it checks them.",
            labels: ["kind", "severity"]
        ) { [self] in
            var values: [[String]: Double] = [:]
            for alerts in check?.firing ?? [] {
                values[[alerts.kind, alerts.severity]] = Double(alerts.count)
            }
            return values
        }
        try registry.gauge(
            "pgsync_alerts_check_age_seconds",
            help: "Time since the leader last checked alerts; absent where nobody does.",
            labels: []
        ) { [self] in
            check.map { [[]: (.now - $0.time) / .seconds(1)] } ?? [:]
        }
    }

    func note(_ firing: [FiringAlerts]) { last.withLock { $0 = Check(firing: firing, time: .now) } }

    func forget() { last.withLock { $0 = nil } }

    private var check: Check? {
        last.withLock { $0.flatMap { .now - $0.time > Self.patience ? nil : $0 } }
    }
}

/// What was in the queue when a worker last looked; nothing before it has looked.
final class QueueMetrics: Sendable {
    private struct Look: Sendable {
        let figures: QueueFigures
        let time: ContinuousClock.Instant
    }

    private let last = Locked<Look?>(nil)

    init(in registry: MetricsRegistry) throws {
        try registry.gauge(
            "pgsync_queue_changes",
            help: "Unfinished changes of all tables; counted up to 10000, estimated above.",
            labels: []
        ) { [self] in
            look.map { [[]: Double($0.figures.size.changes)] } ?? [:]
        }
        try registry.gauge(
            "pgsync_queue_table_changes",
            help:
                "Unfinished changes of a table, by state; above 10000 a lower bound.",
            labels: ["table", "state"]
        ) { [self] in
            look.map { Self.states($0.figures.backlog) } ?? [:]
        }
        try registry.gauge(
            "pgsync_queue_oldest_age_seconds",
            help: "Age of the oldest waiting change, without dead letters; 0 if none waits.",
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

    /// It keeps growing while the database is unreachable.
    private static func age(_ look: Look) -> Duration {
        look.figures.oldestAge.map { $0 + (.now - look.time) } ?? .zero
    }
}
