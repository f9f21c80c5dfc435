package import PGSyncSchema
package import Postgres

/// Measures the exchange of records between a master and nodes, which are processes of this program.
///
/// It works in databases of its own, which it makes and drops. Figures that are compared come from the same run, in
/// turns; at the end all sides are compared.
package struct SyncBenchmark: Sendable {
    /// How much is measured.
    package struct Plan: Sendable {
        package var measurements = SyncMeasurement.allCases
        package var rounds = 3
        /// Rows that are inserted, and then changed, before a node asks for them.
        package var changes = 30_000
        /// Records of the long backlog, and how many changes they have.
        package var records = 100_000
        package var backlog = 1_000_000
        /// How long changes are waited for one by one, and how long others write.
        package var period = Duration.seconds(10)
        package var writers = 4
        package var idleNodes = 100
        /// The program that is run for each side.
        package var program: String
        /// Called with the database of a node before the sides are compared.
        package var beforeChecks: (@Sendable (ConnectionOptions) async throws -> Void)?

        package init(program: String) { self.program = program }
    }

    package enum Failure: Error, Sendable, Equatable, CustomStringConvertible {
        case notServing(String)
        case tooLate(String)

        package var description: String {
            switch self {
            case .notServing(let reason): "the master does not serve: \(reason)"
            case .tooLate(let what): "\(what) has not come within a minute"
            }
        }
    }

    static let masterName = "hub"
    private static let nodeNames = ["north", "east", "south"]

    private let plan: Plan
    private let server: ConnectionOptions
    private let migrator: Migrator

    /// `server` reaches any database of the server as a user who may create one, as a superuser for PostgreSQL's own
    /// replication.
    package init(_ plan: Plan, on server: ConnectionOptions, migrator: Migrator) {
        self.plan = plan
        self.server = server
        self.migrator = migrator
    }

    /// Measures everything and checks that the sides are equal; `onFigure` hears of each figure.
    package func run(onFigure: @Sendable (SyncFigure) throws -> Void) async throws -> SyncReport {
        // Only where others write, more than one node is needed.
        let nodes = plan.measurements.contains(.writers) ? Self.nodeNames : Array(Self.nodeNames.prefix(1))
        return try await Self.withDatabases(1 + nodes.count, on: server) { databases in
            let master = SyncSide(name: Self.masterName, program: plan.program, options: databases[0])
            try await master.prepare(migrator)
            return try await SyncServer.with(master) { serve in
                var sides: [SyncSide] = []
                for (name, options) in zip(nodes, databases.dropFirst()) {
                    sides.append(try await node(name, options, serve))
                }
                return try await NativeReplication.with(on: server) { native in
                    let run = SyncBenchmarkRun(
                        plan: plan,
                        master: master,
                        serve: serve,
                        nodes: sides,
                        native: native
                    )
                    var figures: [SyncFigure] = []
                    for measurement in SyncMeasurement.allCases
                    where plan.measurements.contains(measurement) {
                        for figure in try await run.measure(measurement) {
                            figures.append(figure)
                            try onFigure(figure)
                        }
                    }
                    let settings = try await PostgresConnection.withConnection(to: server) {
                        try await $0.withSession { try BenchSettings.read($0) }
                    }
                    return SyncReport(settings: settings, figures: figures, checks: try await run.checks())
                }
            }
        }
    }

    private func node(
        _ name: String,
        _ options: ConnectionOptions,
        _ serve: SyncServer
    ) async throws -> SyncSide {
        let side = SyncSide(
            name: name,
            program: plan.program,
            options: options,
            variables: [
                "MASTER_TOKEN": try await serve.token(of: name), "PGSYNC_ADDRESSES": "127.0.0.1/32",
            ]
        )
        try await side.prepare(migrator)
        try await side.run("sync", "join", serve.url)
        try await side.run("sync", "run")
        return side
    }

    private static func withDatabases<Result: Sendable>(
        _ count: Int,
        on server: ConnectionOptions,
        _ made: [ConnectionOptions] = [],
        _ body: ([ConnectionOptions]) async throws -> Result
    ) async throws -> Result {
        guard made.count < count else { return try await body(made) }
        return try await BenchDatabase.with(on: server) { options, _ in
            try await withDatabases(count, on: server, made + [options], body)
        }
    }
}
