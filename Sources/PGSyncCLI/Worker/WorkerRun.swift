import Glibc
import Locking
import PGSyncSchema
import PGSyncWorker
import Postgres
import Services
import Telemetry

/// A worker of this program, and what it needs of it.
struct WorkerRun: Sendable {
    let options: WorkerOptions
    let connection: ConnectionOptions
    let logger: Logger
    private let isAdmitted = Locked(false)

    init(_ options: WorkerOptions, connection: ConnectionOptions, logger: Logger) {
        self.options = options
        self.connection = connection
        self.logger = logger
    }

    /// A worker that is named for this process, with as many posters as suit this machine.
    static var optionsHere: WorkerOptions {
        let host = ThisMachine.host
        var options = WorkerOptions(
            name: "\(host):\(getpid())",
            host: host,
            processID: Int(getpid()),
            version: Version.number
        )
        options.posters = ThisMachine.posters()
        return options
    }

    func run(until shutdown: Shutdown) async throws -> WorkerReport {
        let worker = Worker(
            options,
            connection: connection,
            logger: logger,
            metrics: try WorkerMetrics(in: MetricsRegistry()),
            checkSchema: { try await checkSchema($0) }
        )
        return try await worker.run(until: shutdown)
    }

    /// The schema has to be the one of this program to begin with; later, only what must not be ignored counts.
    private func checkSchema(_ connection: PostgresConnection) async throws {
        let status = try await Migrator(binaryVersion: Version.number).status(on: connection)
        guard status.facts.isInstalled else {
            throw CommandError.notInstalled(database: status.facts.database)
        }
        if isAdmitted.withLock({ $0 }) {
            if let conflict = status.plan.conflict { throw conflict }
        } else {
            try status.requireUsable()
            isAdmitted.withLock { $0 = true }
        }
    }
}
