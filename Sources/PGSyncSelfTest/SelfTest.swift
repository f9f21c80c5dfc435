package import PGSyncStore
package import PGSyncWorker
package import Postgres
package import Telemetry

/// Tries, in a database of its own, whether this server, this pgsync, these tables and these rules work together.
///
/// Posted entries can never be removed from a ledger, so the ledger of the attached tables is not touched.
package struct SelfTest: Sendable {
    /// Only these of the attached tables.
    package var tables: [TableReference]?
    /// The most rows that are taken from a table.
    package var rows = 20
    /// Whether the database stays.
    package var isKept = false

    private let server: ConnectionOptions
    private let worker: WorkerOptions
    private let logger: Logger

    package init(on server: ConnectionOptions, worker: WorkerOptions, logger: Logger) {
        self.server = server
        self.worker = worker
        self.logger = logger
    }

    /// Runs all stages, or those until one fails, and drops the database.
    ///
    /// `explain` puts errors into words; `onStage` is told of each stage as it ends, with the name of the database.
    package func run(
        explain: @escaping @Sendable (any Error) -> String,
        onStage: @escaping @Sendable (SelfTestReport.Stage, String) async throws -> Void
    ) async throws -> SelfTestReport {
        let start = ContinuousClock.now
        let plan = try await PostgresConnection.withConnection(to: server) { connection in
            try await connection.withTransaction(.init(isolation: .repeatableRead, isReadOnly: true)) {
                try Plan($0, only: tables)
            }
        }
        return try await ScratchDatabase.with(besides: server, isKept: isKept) { scratch in
            var stages = StageList(explain: explain) { try await onStage($0, scratch.name) }
            try await stages.note(.database, in: .now - start, scratch.name)
            let tables = try await SelfTestRun(
                plan: plan,
                server: server,
                scratch: scratch,
                work: ScratchWork(options: scratch.options, worker: worker, logger: logger),
                rows: rows,
                version: worker.version
            ).run(&stages)
            try await stages.finish()
            return SelfTestReport(
                database: scratch.name,
                isKept: isKept,
                stages: stages.stages,
                tables: tables,
                duration: .now - start
            )
        }
    }

    /// What is to be tried, as it was at one moment.
    struct Plan: Sendable {
        let shapes: [SourceShape]
        let types: NeededTypes
        let configuration: ScratchConfiguration

        init(_ session: Session, only tables: [TableReference]?) throws {
            shapes = try SourceShape.all(session, only: tables)
            types = try NeededTypes(of: shapes, session)
            configuration = try ScratchConfiguration(session)
        }
    }
}
