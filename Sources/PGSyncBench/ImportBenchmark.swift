import Glibc
package import HTTPServer
import PGSyncDelivery
import PGSyncDemo
import PGSyncImport
import PGSyncOperations
import PGSyncRules
package import PGSyncSchema
import PGSyncStore
package import Postgres
import Services
import Subprocesses

/// Measures how fast rows come from an API into a table, beside another program that reads the same API.
package struct ImportBenchmark: Sendable {
    package struct Plan: Sendable {
        package var rows = 100_000
        package var pageRows = 100
        package var atOnce = 1
        package var latency = Duration.zero
        package var badPerMille = 0
        package var rounds = 3
        /// A program that reads the same rows: it is given the URL of the API and that of an empty database, and prints
        /// how many rows it wrote as its last line.
        package var rival: String?

        package init() {}

        /// The least time that so many calls of this latency can take.
        package func bound(calls: Int) -> Duration { latency * calls / atOnce }
    }

    /// One run of one side.
    package struct Run: Sendable, Equatable {
        package let isRival: Bool
        package let duration: Duration
        package let calls: Int
        package let rows: Int
        /// Processor time of the database server.
        package let serverProcessorTime: Duration
        package let failedItems: Int

        package var rowsPerSecond: Double { Double(rows) / (duration / .seconds(1)) }
    }

    package enum Failure: Error, Sendable, Equatable, CustomStringConvertible {
        case runFailed(String)
        case rivalFailed(String)

        package var description: String {
            switch self {
            case .runFailed(let reason): "the import did not end well: \(reason)"
            case .rivalFailed(let reason): "the other program failed: \(reason)"
            }
        }
    }

    private let plan: Plan
    private let server: ConnectionOptions
    private let migrator: Migrator

    package init(_ plan: Plan, on server: ConnectionOptions, migrator: Migrator) {
        self.plan = plan
        self.server = server
        self.migrator = migrator
    }

    private var mock: MockCRM {
        var options = MockCRM.Options()
        (options.merchants, options.transactions, options.residuals) = (1_000, plan.rows, 0)
        options.latency = plan.latency
        options.badPerMille = plan.badPerMille
        options.mostRows = max(options.mostRows, plan.pageRows)
        return MockCRM(options)
    }

    /// Lets the API be called for as long as nobody ends it; `onStart` is given its URL.
    package static func serve(_ plan: Plan, at address: ListenAddress, onStart: (String) throws -> Void)
        async throws
    {
        let mock = ImportBenchmark(plan, on: try ConnectionOptions(""), migrator: Migrator(binaryVersion: ""))
            .mock
        try await mock.run(at: address) { url in
            try onStart(url)
            while !Task.isCancelled { try await Task.sleep(for: .seconds(3_600)) }
        }
    }

    /// Both sides in turn, each round in a new database and with an API that has not been called.
    package func run(onRun: @Sendable (Run) throws -> Void) async throws -> [Run] {
        var runs: [Run] = []
        for _ in 0..<plan.rounds {
            for isRival in plan.rival == nil ? [false] : [false, true] {
                let run = try await isRival ? rival() : own()
                runs.append(run)
                try onRun(run)
            }
        }
        return runs
    }

    // MARK: One run

    private func own() async throws -> Run {
        let mock = mock
        return try await mock.run { url in
            try await BenchDatabase.with(on: server) { options, administrator in
                _ = try await migrator.migrate(on: administrator)
                let text = definition(url)
                let job = try await administrator.withTransaction { session in
                    _ = try session.runScript(Self.table)
                    guard let definition = ImportFile(name: "bench.import", text: text).definition else {
                        throw Failure.runFailed("the definition cannot be read")
                    }
                    _ = try ImportStore(session).apply(definition, content: text)
                    var request = ImportStore.Request()
                    request.type = "initial"
                    return try ImportStore(session).request("bench", request).job
                }
                let site = DeliverySite(variables: [:], addresses: "127.0.0.1")
                let runner = JobRunner([ImportOperation(to: options, site: site)])
                let before = try await processorTime(administrator)
                let start = ContinuousClock.now
                let report = try await PostgresConnection.withConnection(to: options) { connection in
                    try await runner.run(job, on: connection, until: Shutdown())
                }
                let duration = ContinuousClock.now - start
                let spent = try await processorTime(administrator) - before
                guard let report, [.completed, .partial].contains(report.state) else {
                    throw Failure.runFailed(report?.reason ?? "it was not run")
                }
                let (rows, failed): (Int, Int) = try await administrator.withSession { session in
                    let row = try session.query(
                        """
                        select
                            (select count(*) from bench.transactions) as written,
                            (select count(*) from pgsync.sync_failed_items) as failed
                        """
                    ).onlyRow()
                    return (try row.decode("written"), try row.decode("failed"))
                }
                return Run(
                    isRival: false,
                    duration: duration,
                    calls: mock.calls.count,
                    rows: rows,
                    serverProcessorTime: spent,
                    failedItems: failed
                )
            }
        }
    }

    private func rival() async throws -> Run {
        let mock = mock
        return try await mock.run { url in
            try await BenchDatabase.with(on: server) { options, administrator in
                var invocation = Invocation(plan.rival ?? "", [])
                invocation.environment = .exactly(
                    ProcessEnvironment.current.merging([
                        "API_URL": url, "PGHOST": options["host"] ?? "", "PGPORT": options["port"] ?? "5432",
                        "PGUSER": options["user"] ?? "", "PGDATABASE": options["dbname"] ?? "",
                        "PAGE_ROWS": String(plan.pageRows), "AT_ONCE": String(plan.atOnce),
                    ]) { $1 }
                )
                invocation.standardOutput = .captured(limit: 1 << 16)
                invocation.standardError = .captured(limit: 1 << 16)
                let before = try await processorTime(administrator)
                let start = ContinuousClock.now
                let output = try await ChildProcess.run(invocation)
                let duration = ContinuousClock.now - start
                let spent = try await processorTime(administrator) - before
                guard output.status.isSuccess,
                    let rows = output.standardOutput.text.split(separator: "\n").last.flatMap({ Int($0) })
                else { throw Failure.rivalFailed(String(output.standardError.text.suffix(500))) }
                return Run(
                    isRival: true,
                    duration: duration,
                    calls: mock.calls.count,
                    rows: rows,
                    serverProcessorTime: spent,
                    failedItems: 0
                )
            }
        }
    }

    private func processorTime(_ administrator: PostgresConnection) async throws -> Duration {
        let session: Int32 = try await administrator.withSession {
            try $0.query("select pg_backend_pid()").onlyRow().decode(0)
        }
        return ServerProcessorTime.used(byServerOf: session) ?? .zero
    }

    private func definition(_ url: String) -> String {
        """
        import bench version 1
          base '\(url)'
          budget 1000000 per second, \(plan.atOnce) at once
          stream transactions into bench.transactions key id
            get '/page/transactions'
            page 'page' size 'per_page' \(plan.pageRows) until short
            rows 'data'
            count 'meta.total'
            changed updated_at since 'updated_since' before 'updated_before'
            history from '2024-04-01' by month
            column id bigint
            column merchant_id bigint required
            column kind text required
            column amount numeric(14,2) required
            column settled_on date required
            column updated_at timestamptz required

        """
    }

    private static let table = """
        create schema bench;
        create table bench.transactions (
            id bigint primary key, merchant_id bigint not null, kind text not null, amount numeric(14, 2) not null,
            settled_on date not null, updated_at timestamptz not null
        );
        """
}
