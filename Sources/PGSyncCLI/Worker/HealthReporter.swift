import Concurrency
import PGSyncWorker
import Services
import Telemetry

/// Reports the worker's health to the supervisor, the health file and HTTP clients.
final class HealthReporter: Sendable {
    private let file: HealthFile?
    private let supervisor: Supervisor?
    private let logger: Logger
    private let last = Locked<WorkerHealth?>(nil)
    private let lastStatement = Locked<HealthStatement?>(nil)

    init(file: HealthFile?, supervisor: Supervisor?, logger: Logger) {
        self.file = file
        self.supervisor = supervisor
        self.logger = logger
    }

    /// How often to report.
    var interval: Duration {
        // Twice within the supervisor's interval, as systemd recommends.
        min(.seconds(1), supervisor?.watchdogInterval.map { $0 / 2 } ?? .seconds(1))
    }

    /// Writes the file once, so that an unusable path is found at startup.
    func begin(posters: Int) throws {
        let statement = HealthStatement(WorkerHealth(state: .starting, posters: posters))
        lastStatement.withLock { $0 = statement }
        try file?.write(statement)
    }

    /// The worker's last report, if any.
    var statement: HealthStatement? { lastStatement.withLock { $0 } }

    func tell(_ health: WorkerHealth) {
        let before = last.withLock { last in
            defer { last = health }
            return last
        }
        let statement = HealthStatement(health)
        lastStatement.withLock { $0 = statement }
        do {
            try file?.write(statement)
        } catch {
            logger.warning("Cannot write the health file", ["error": .string("\(error)")])
        }
        guard let supervisor else { return }
        if health.state == .ready, before?.state != .ready { supervisor.tell(.ready) }
        if health.state == .stopping, before?.state != .stopping { supervisor.tell(.stopping) }
        if before != health { supervisor.tell(.status(Self.line(health))) }
        if health.isAlive { supervisor.tell(.alive) }
    }

    /// The worker has ended.
    func end() {
        if last.withLock({ $0?.state }) != .stopping { supervisor?.tell(.stopping) }
        file?.remove()
    }

    private static func line(_ health: WorkerHealth) -> String {
        let counts = "\(health.finished) changes finished, \(health.failed) attempts failed"
        let problems = health.problems.map { "; \($0)" }.joined()
        return switch health.state {
        case .starting: "connecting to the database"
        case .ready:
            "posting with \(health.connectedPosters) of \(health.posters) posters; \(counts)\(problems)"
        case .away: "no connection to the database; \(counts)"
        case .stuck: "a part of the worker hangs; \(counts)"
        case .stopping: "stopping; \(counts)"
        }
    }
}
