import PGSyncBench
import PGSyncCluster
import PGSyncSchema
import Postgres
import TestSupport
import Testing

@Suite("pgsync bench sync", .timeLimit(.minutes(10)))
struct BenchSyncTests {
    /// All that is measured, of the least size.
    private func run(
        _ measurements: [SyncMeasurement],
        beforeChecks: (@Sendable (ConnectionOptions) async throws -> Void)? = nil
    ) async throws -> SyncReport {
        var plan = SyncBenchmark.Plan(program: try BuiltProgram.path())
        plan.measurements = measurements
        plan.rounds = 1
        (plan.changes, plan.records, plan.backlog) = (200, 200, 400)
        plan.period = .milliseconds(500)
        plan.idleNodes = 2
        plan.beforeChecks = beforeChecks
        let server = try ConnectionOptions(
            try await SharedCluster.cluster().connectionString(database: "postgres")
        )
        return try await SyncBenchmark(plan, on: server, migrator: Migrator(binaryVersion: "test")).run { _ in
        }
    }

    @Test("measures exchanges, and finds that all sides have the same rows and versions")
    func measures() async throws {
        let report = try await run(SyncMeasurement.allCases)
        #expect(Set(report.figures.map(\.measurement)) == Set(SyncMeasurement.allCases))
        for figure in report.figures { #expect(figure.value.isFinite, "\(figure)") }
        let sent = report.figures.first { $0.measurement == .backlog }?.notes.first {
            $0.name == "records sent"
        }
        #expect(sent?.value == 200, "each record is sent once, however often it was changed")
        #expect(report.checks.filter { $0.promise.contains(" rows of ") }.count >= 6)
        for check in report.checks { #expect(check.holds, "\(check)") }
        #expect(report.holds)
    }

    @Test(
        "says so where a node has another row, none, or another version",
        arguments: [
            "update bench.items set note = 'broken' where id = 7", "delete from bench.items where id = 7",
            "insert into bench.items select 999, 1, '', '', '', 1, 1, 1, null, now()",
            "update pgsync.record_versions set stamp = stamp + 1 where record_id = '7'",
        ]
    )
    func broken(by statement: String) async throws {
        let report = try await run([.rate]) { options in
            try await PostgresConnection.withConnection(to: options) { connection in
                // No trigger captures it.
                _ = try await connection.withSession {
                    try $0.runScript("set session_replication_role = replica; \(statement)").count
                }
            }
        }
        #expect(!report.holds)
        #expect(report.checks.filter { !$0.holds }.allSatisfy { $0.broken > 0 })
        #expect(report.checks.contains { !$0.holds && $0.broken == 1 })
    }
}
