import Glibc
import JSON
import PGSyncCluster
import Subprocesses
import TestSupport
import Testing

@Suite("pgsync worker, as built", .cashBookAsBuilt, .timeLimit(.minutes(10)))
struct WorkerTests {
    private let database = TestDatabase.current

    private var url: String { database.cluster.connectionString(database: database.name) }

    /// Lets entries of bills with the note "slow" take so many seconds.
    private func slow(by seconds: Int) async throws {
        try await database.run(
            """
            create function slow() returns trigger language plpgsql as $$
            begin
                if new.description = 'slow' then perform pg_sleep(\(seconds)); end if;
                return new;
            end $$;
            create trigger slow before insert on ledger.journal_entries for each row execute function slow();
            """
        )
    }

    private func insert(_ ids: ClosedRange<Int>, note: String = "bill") async throws {
        try await database.run(
            """
            insert into bills
            select g, g, '2026-03-01', '\(note)' from generate_series(\(ids.lowerBound), \(ids.upperBound)) as g
            """
        )
    }

    private func count(_ what: String) async throws -> Int {
        Int(try await database.run("select count(*)::text from \(what)")[0] ?? "") ?? -1
    }

    private func invocation(_ arguments: [String] = [], environment: [String: String] = [:]) throws
        -> Invocation
    {
        try BuiltProgram.invocation(
            ["worker"] + arguments,
            environment: environment.merging(["PGSYNC_DATABASE_URL": url]) { $1 }
        )
    }

    /// Waits until a batch is under way.
    private func untilPosting() async throws {
        try await eventually {
            try await count("pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'")
                > 0
        }
    }

    @Test(
        "finishes the batch in hand when it is asked to stop, and ends with 0",
        arguments: [SIGTERM, SIGINT]
    )
    func stops(signal: Int32) async throws {
        try await slow(by: 1)
        try await insert(1...1, note: "slow")
        let output = try await ChildProcess.withRunning(try invocation()) { process in
            try await untilPosting()
            process.send(signal: signal)
            return try await process.wait()
        }
        #expect(output.status == .exited(0), "\(output.standardError.text)")
        #expect(try await count("ledger.journal_entries") == 1)
        #expect(try await count("pgsync.sync_workers where state = 'stopped'") == 1)
    }

    @Test("leaves at once when it is asked a second time, and leaves nothing half done")
    func leavesAtOnce() async throws {
        try await slow(by: 60)
        try await insert(1...1, note: "slow")
        let output = try await ChildProcess.withRunning(try invocation(["--grace", "1h"])) { process in
            try await untilPosting()
            try await eventually { !process.send(signal: SIGTERM) }
            return try await process.wait()
        }
        #expect(output.status == .exited(143))
        // The server notices once it has something to say; until then it holds what it had.
        try await database.run(
            "select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep'"
                + " and datname = current_database()"
        )
        #expect(try await count("ledger.journal_entries") == 0)
        #expect(try await count("pgsync.sync_queue") == 1)
    }

    @Test("cancels what does not end within the grace period, on the server, too, and ends with 0")
    func grace() async throws {
        try await slow(by: 600)
        try await insert(1...1, note: "slow")
        let output = try await ChildProcess.withRunning(try invocation(["--grace", "100ms"])) { process in
            try await untilPosting()
            process.send(signal: SIGTERM)
            return try await process.wait()
        }
        #expect(output.status == .exited(0))
        #expect(output.standardError.text.contains("The grace period has ended"))
        try await eventually {
            try await count("pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'")
                == 0
        }
        #expect(try await count("pgsync.sync_queue") == 1)
    }

    @Test("after kill -9 the next one posts at once, and finds out who was lost")
    func killed() async throws {
        try await insert(1...2_000)
        try await ChildProcess.withRunning(try invocation()) { process in
            try await eventually { try await count("ledger.journal_entries") > 0 }
            process.send(signal: SIGKILL)
            _ = try await process.wait()
        }
        let before = try await count("ledger.journal_entries")
        let start = ContinuousClock.now
        let output = try await ChildProcess.withRunning(try invocation()) { process in
            if before < 2_000 {
                try await eventually { try await count("ledger.journal_entries") > before }
                print("posting \(ContinuousClock.now - start) after kill -9")
            }
            try await eventually { try await count("pgsync.sync_queue") == 0 }
            try await eventually { try await count("pgsync.sync_workers where state = 'lost'") == 1 }
            process.send(signal: SIGTERM)
            return try await process.wait()
        }
        #expect(output.status == .exited(0), "\(output.standardError.text)")
        #expect(try await count("ledger.journal_entries") == 2_000)
        #expect(try await count("pgsync.sync_audit_log") == 2_000)
    }

    @Test("goes on where it was after it was stopped and continued for a while")
    func continued() async throws {
        try await ChildProcess.withRunning(try invocation()) { process in
            for round in 0..<3 {
                try await insert((round * 100 + 1)...(round * 100 + 100))
                process.send(signal: SIGSTOP)
                try await insert((round * 100 + 1_001)...(round * 100 + 1_100))
                process.send(signal: SIGCONT)
            }
            try await eventually { try await count("pgsync.sync_queue") == 0 }
            process.send(signal: SIGTERM)
            #expect(try await process.wait().status == .exited(0))
        }
        #expect(try await count("ledger.journal_entries") == 600)
    }

    @Test("says in its file how it is, for whoever asks with --check-health")
    func health() async throws {
        let path = "/tmp/pgsync-e2e-health-\(UInt64.random(in: 0 ... .max))"
        let check: @Sendable () async throws -> Subprocesses.ExitStatus = {
            try await ChildProcess.run(
                try BuiltProgram.invocation(
                    ["worker", "--check-health"],
                    environment: ["PGSYNC_HEALTH_FILE": path]
                )
            ).status
        }
        #expect(try await check() == .exited(1))
        try await ChildProcess.withRunning(try invocation(["--health-file", path])) { process in
            try await eventually { try await check() == .exited(0) }
            process.send(signal: SIGTERM)
            _ = try await process.wait()
        }
        #expect(try await check() == .exited(1))
    }

    @Test("tells systemd when it is ready, that it is alive, and when it stops", arguments: [true, false])
    func supervised(isAbstract: Bool) async throws {
        let address = "\(isAbstract ? "@" : "/tmp/")pgsync-e2e-notify-\(UInt64.random(in: 0 ... .max))"
        let listener = try DatagramListener(at: address)
        var lines: [String] = []
        let environment = ["NOTIFY_SOCKET": address, "WATCHDOG_USEC": "200000"]
        try await ChildProcess.withRunning(try invocation(environment: environment)) { process in
            try await eventually {
                lines += listener.takeLines()
                return lines.contains("READY=1") && lines.count { $0 == "WATCHDOG=1" } > 3
            }
            #expect(!lines.contains("STOPPING=1"))
            process.send(signal: SIGTERM)
            #expect(try await process.wait().status == .exited(0))
        }
        lines += listener.takeLines()
        #expect(lines.contains("STOPPING=1"))
        #expect(lines.count { $0 == "READY=1" } == 1)
        #expect(lines.contains { $0.hasPrefix("STATUS=posting with ") })
    }
}
