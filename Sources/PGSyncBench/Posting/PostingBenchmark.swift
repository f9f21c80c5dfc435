import PGSyncRules
package import PGSyncSchema
import PGSyncStore
package import Postgres

/// Measures how fast waiting changes get into the ledger, compared with what a good hand would write for one table.
///
/// It works in its own database, which it makes and drops. All figures of one line come from the same run, in
/// turns; the invariants are checked at the end.
package struct PostingBenchmark: Sendable {
    /// How much is measured.
    package struct Plan: Sendable {
        package var measurements = PostingMeasurement.allCases
        package var changes = 20_000
        package var rounds = 5
        package var batches = [1, 100, 500, 1_000]
        package var posters = [1, 2, 4]
        package var period = Duration.seconds(10)
        /// How many bills a second are written where delays are measured.
        package var rates = [50, 200, 1_000]
        /// Whether another process keeps a processor busy while delays are measured.
        package var isBusy = false
        /// How many journal lines there are before growth is measured.
        package var lines = 1_000_000
        package var backlog = 200_000
        /// The program whose memory is measured; nil leaves that out.
        package var program: String?

        package init() {}

        /// About how many figures there will be.
        package var figureCount: Int {
            measurements.map { measurement in
                switch measurement {
                case .drain: batches.count + 1 + PlannerState.allCases.count
                case .scale: posters.count
                case .latency: 2 * (rates.count + 1)
                default: 1
                }
            }.reduce(0, +)
        }
    }

    let plan: Plan
    let server: ConnectionOptions
    private let migrator: Migrator

    /// `server` reaches any database of the server as a user who may create one.
    package init(_ plan: Plan, on server: ConnectionOptions, migrator: Migrator) {
        self.plan = plan
        self.server = server
        self.migrator = migrator
    }

    /// Measures everything and checks the books; `onFigure` hears of each figure.
    package func run(onFigure: @Sendable (PostingFigure) throws -> Void) async throws -> PostingReport {
        try await BenchDatabase.with(on: server) { options, administrator in
            let settings = try await prepare(options)
            var figures: [PostingFigure] = []
            func note(_ new: [PostingFigure]) throws {
                figures += new
                for figure in new { try onFigure(figure) }
            }
            var checks: [PostingReport.Check] = []
            let run = PostingBenchmarkRun(plan: plan, options: options, administrator: administrator)
            for measurement in PostingMeasurement.allCases where plan.measurements.contains(measurement) {
                switch measurement {
                case .drain:
                    try note(await run.drain())
                    let states = try await states()
                    try note(states.figures)
                    checks += states.checks
                case .scale: try note(await run.scale())
                case .horizon: try note(await run.horizon())
                case .poison: try note(await run.poison())
                case .growth: try note(await run.growth())
                case .latency: try note(await run.latency())
                case .sustained: try note(await run.sustained())
                case .memory: try note(await run.memory())
                }
            }
            checks += try await run.checks()
            return PostingReport(
                settings: settings,
                figures: figures,
                checks: PostingReport.Check.sums(checks)
            )
        }
    }

    func prepare(_ options: ConnectionOptions) async throws -> [(name: String, value: String)] {
        try await PostgresConnection.withConnection(to: options) { connection in
            try await migrator.migrate(on: connection)
            return try await connection.withSession { session in
                // A server that notes no times of commits says so here, with a hint, and not after ten minutes.
                if plan.measurements.contains(.latency) {
                    _ = try session.query("select pg_last_committed_xact()")
                }
                for script in [PostingSQL.tables, LimitSQL.functions, PostingSQL.chart] {
                    try session.runScript(script)
                }
                try session.transaction {
                    let store = SourceStore(session)
                    _ = try store.attach(try store.table(named: "bench.bills"), CaptureOptions())
                }
                try session.transaction {
                    let store = RuleStore(session)
                    let context = try store.context(tables: ["bench.bills"])
                    let file = RuleFile(name: "bench.rules", text: PostingSQL.rule)
                    try store.beginChange()
                    _ = try store.apply(try RuleChecker.check([file], in: context).get())
                }
                if try session.query(Query(PgQSQL.isAvailable)).onlyRow().decode(0, as: Bool.self) {
                    try session.runScript(PgQSQL.prepare)
                }
                return try BenchSettings.read(session)
            }
        }
    }
}
