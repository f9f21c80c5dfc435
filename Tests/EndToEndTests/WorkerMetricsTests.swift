import Glibc
import JSON
import PGSyncCluster
import Subprocesses
import TestSupport
import Testing

@Suite("pgsync worker --metrics-listen, as built", .timeLimit(.minutes(10)))
struct WorkerMetricsTests {
    /// A worker that serves, and where.
    private struct Serving {
        let process: ChildProcess
        let port: UInt16

        func ask(_ path: String) async throws -> WebAnswer { try await WebClient.ask(path, at: port) }

        /// The value of a metric, by its name with its labels; nil where there is none.
        func metric(_ name: String) async throws -> Double? {
            let lines = try await ask("/metrics").body.split(separator: "\n")
            let line = lines.first { $0.hasPrefix("\(name) ") }
            return line.flatMap { Double($0.dropFirst(name.count + 1)) }
        }
    }

    /// Starts a worker at a port of its choice, which its log says.
    private func serve(_ url: String, _ body: (Serving) async throws -> Void) async throws {
        let (lines, continuation) = AsyncStream.makeStream(of: String.self)
        var invocation = try BuiltProgram.invocation(
            ["worker", "--posters", "2", "--log-format", "json"],
            environment: ["PGSYNC_DATABASE_URL": url, "PGSYNC_METRICS_LISTEN": "0"]
        )
        invocation.standardError = .lines(continuation)
        try await ChildProcess.withRunning(invocation) { process in
            for await line in lines where line.contains("Serving metrics") {
                let port = try #require(line.firstMatch(of: /127\.0\.0\.1:(\d+)/)?.output.1)
                return try await body(Serving(process: process, port: #require(UInt16(port))))
            }
            Issue.record("it ended without a word: \(try await process.wait().status)")
        }
    }

    private func prepare(_ url: String) async throws {
        _ = try await BuiltProgram.run("migrate", database: url).checked()
        try await psql(
            url,
            """
            \(CashBook.tables)
            update pgsync.sync_configuration set config_value = '0.1' where config_key = 'worker_heartbeat_seconds';
            """
        )
        try await CashBook.applyRule(to: url)
    }

    private func psql(_ url: String, _ sql: String) async throws {
        var invocation = Invocation("psql", ["-XAtq", "-v", "ON_ERROR_STOP=1", "-f", "-", url])
        invocation.standardInput = .text(sql)
        _ = try await ChildProcess.run(invocation).checked()
    }

    @Test("counts what it posts, is well while its database is there, and says why when it is not")
    func servesFigures() async throws {
        try await OwnCluster.with { cluster in
            let url = cluster.connectionString(database: "postgres")
            try await prepare(url)
            try await serve(url) { worker in
                try await eventually { try await worker.ask("/healthz").status == 200 }
                try await psql(
                    url,
                    """
                    insert into bills select g, g, '2026-03-01', 'bill' from generate_series(1, 30) as g;
                    insert into bills select g, null, '2026-03-01', 'none' from generate_series(31, 32) as g;
                    """
                )
                let posted = #"pgsync_worker_outcomes_total{outcome="posted"}"#
                try await eventually { try await worker.metric(posted) == 30 }
                let failing = #"pgsync_queue_table_changes{table="public.bills",state="failing"}"#
                let dead = #"pgsync_queue_table_changes{table="public.bills",state="dead"}"#
                try await eventually {
                    let (failing, dead) = (try await worker.metric(failing), try await worker.metric(dead))
                    return (failing ?? 0) + (dead ?? 0) == 2
                }
                #expect(try await worker.metric(#"pgsync_worker_outcomes_total{outcome="failed"}"#) == 2)
                #expect(try await worker.metric("pgsync_queue_changes") == 2)
                #expect(try await worker.metric("pgsync_queue_oldest_age_seconds") ?? -1 >= 0)
                #expect(try await worker.metric("pgsync_worker_posters") == 2)
                #expect(try await worker.metric("pgsync_worker_batch_seconds_count") ?? 0 > 0)
                #expect(try await worker.metric("process_resident_memory_bytes") ?? 0 > 1e6)
                let text = try await worker.ask("/metrics").body
                #expect(text.contains("pgsync_worker_failures_total{class="))
                #expect(text.contains("pgsync_worker_wakes_total{reason="))
                // Prometheus takes the last line only with its end.
                #expect(text.hasSuffix("\n"))

                try await cluster.stop(.fast)
                try await eventually { try await worker.ask("/healthz").status == 503 }
                let health = try JSONValue(parsing: try await worker.ask("/healthz").body)
                #expect(health["reason"] == "the worker has no connection to the database")
                try await eventually { try await worker.metric("pgsync_worker_connected_posters") == 0 }
                #expect(try await worker.metric(posted) == 30)

                worker.process.send(signal: SIGTERM)
                #expect(try await worker.process.wait().status == .exited(0))
                #expect((try? await worker.ask("/metrics").status) ?? 0 == 0)
            }
        }
    }

    @Test("begins nothing where another program has its port", .cashBookAsBuilt)
    func portInUse() async throws {
        let database = TestDatabase.current
        let url = database.cluster.connectionString(database: database.name)
        let other = try Socket.listening(at: .loopback(port: 0))
        let port = try other.port
        let output = try await ChildProcess.run(
            try BuiltProgram.invocation(
                ["worker", "--metrics-listen", "127.0.0.1:\(port)"],
                environment: ["PGSYNC_DATABASE_URL": url]
            )
        )
        #expect(output.status == .exited(71))
        #expect(
            output.standardError.text.contains("cannot listen at 127.0.0.1:\(port): another program listens")
        )
        #expect(try await database.run("select count(*)::text from pgsync.sync_workers") == ["0"])
    }

    @Test("and every trace of it tells that the system is down after kill -9")
    func killed() async throws {
        try await OwnCluster.with { cluster in
            let url = cluster.connectionString(database: "postgres")
            try await prepare(url)
            try await serve(url) { worker in
                let age = "pgsync_alerts_check_age_seconds"
                try await eventually { try await worker.metric(age) != nil }
                #expect(try await BuiltProgram.run("alerts", "check", database: url).status == .exited(0))
                worker.process.send(signal: SIGKILL)
                _ = try await worker.process.wait()
                // The view, the exit code, and a metric that is gone.
                try await eventually(within: .seconds(30)) {
                    try await BuiltProgram.run("alerts", "check", database: url).status == .exited(100)
                }
                try await psql(
                    url,
                    """
                    do $$ begin
                        assert exists (
                            select from pgsync.alert_conditions where kind = 'SYSTEM_DOWN' and severity = 'critical'
                        );
                    end $$
                    """
                )
                #expect(try await worker.metric(age) == nil)
            }
        }
    }
}
