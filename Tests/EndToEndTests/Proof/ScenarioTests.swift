// Long because ten scenarios share one stage.
import Glibc
import PGSyncCluster
import Postgres
import Subprocesses
import TestSupport
import Testing

/// The ten situations that everybody who keeps books asks about, each with the program as it is shipped.
///
/// `scripts/test --scenario NAME` runs one of them.
@Suite("Scenario", .timeLimit(.minutes(10)))
struct ScenarioTests {
    enum Scenario: String, CaseIterable, Sendable, CustomTestStringConvertible {
        case normalOperations = "normal_operations"
        case connectionLoss = "connection_loss"
        case ledgerUnavailable = "ledger_unavailable"
        case invalidData = "invalid_data"
        case crashRecovery = "crash_recovery"
        case duplicates, orphans, concurrency
        case largeBatch = "large_batch"
        case failureRecovery = "failure_recovery"

        var testDescription: String { rawValue }

        /// The one that was asked for, or all of them.
        static var wanted: [Scenario] {
            guard let name = ProcessEnvironment.current["PGSYNC_TEST_SCENARIO"], !name.isEmpty else {
                return allCases
            }
            return allCases.filter { $0.rawValue == name }
        }
    }

    @Test("ends with the books in order", .books, arguments: Scenario.wanted)
    func run(_ scenario: Scenario) async throws {
        guard scenario == .crashRecovery else {
            return try await run(scenario, with: Books(database: TestDatabase.current))
        }
        // It takes its server down.
        try await OwnCluster.with { cluster in
            try await TestDatabase.with(on: cluster) { database in
                try await run(scenario, with: try await Books.open(in: database))
            }
        }
    }

    private func run(_ scenario: Scenario, with books: Books) async throws {
        switch scenario {
        case .normalOperations: try await normalOperations(books)
        case .connectionLoss: try await connectionLoss(books)
        case .ledgerUnavailable: try await ledgerUnavailable(books)
        case .invalidData: try await invalidData(books)
        case .crashRecovery: try await crashRecovery(books)
        case .duplicates: try await duplicates(books)
        case .orphans: try await orphans(books)
        case .concurrency: try await concurrency(books)
        case .largeBatch: try await largeBatch(books)
        case .failureRecovery: try await failureRecovery(books)
        }
        let broken = try await books.broken()
        #expect(broken.isEmpty, "\(broken.prefix(5))")
    }

    // MARK: The scenarios

    /// A bill is written, edited, cancelled and deleted while a worker runs; then the worker is asked to stop.
    private func normalOperations(_ books: Books) async throws {
        try await ChildProcess.withRunning(try books.worker()) { worker in
            for (step, entries) in [
                ("insert into public.bills (id, total) values (1, 118)", 1),
                ("update public.bills set total = 236 where id = 1", 3),
                ("update public.bills set status = 'cancelled' where id = 1", 4),
                ("update public.bills set status = 'final' where id = 1", 5),
                ("delete from public.bills where id = 1", 6),
            ] {
                try await books.database.run(step)
                try await eventually {
                    guard try await books.isIdle() else { return false }
                    return try await books.count("select count(*) from ledger.journal_entries") == entries
                }
            }
            worker.send(signal: SIGTERM)
            #expect(try await worker.wait().status == .exited(0))
        }
        let outcomes = try await books.database.run(
            "select outcome::text from pgsync.sync_audit_log order by log_id"
        )
        #expect(outcomes == ["posted", "amended", "reversed", "posted", "reversed"])
    }

    /// The network goes away under a worker, is refused for a while, and comes back.
    private func connectionLoss(_ books: Books) async throws {
        let socket = books.database.cluster
        try await FaultProxy.run(to: .unix(path: "\(socket.socketDirectory)/.s.PGSQL.\(socket.port)")) {
            proxy in
            let address =
                "postgresql://\(books.database.owner)@\(proxy.host):\(proxy.port)/\(books.database.name)?sslmode=disable"
            let invocation = try books.worker(environment: ["PGSYNC_DATABASE_URL": address])
            try await ChildProcess.withRunning(invocation) { worker in
                try await books.write(10)
                try await eventually { try await books.isIdle() }
                try proxy.inject(.reset)
                proxy.cutConnections(by: .resetting)
                // Once it comes back and is refused, it has no connection left that could post these.
                let cut = proxy.counters.reset
                try await eventually { proxy.counters.reset > cut }
                try await books.write(10)
                #expect(try await !books.isIdle())
                try proxy.inject(.none)
                try await eventually { try await books.isIdle() }
                worker.send(signal: SIGTERM)
                #expect(try await worker.wait().status == .exited(0))
            }
        }
    }

    /// Somebody holds a lock on the journal; the application goes on, and what waited is posted afterwards.
    private func ledgerUnavailable(_ books: Books) async throws {
        try await books.database.run("select pgsync.set_configuration('retry_delay_seconds', '1')")
        try await ChildProcess.withRunning(try books.worker()) { worker in
            try await books.database.connect { holder in
                try await holder.withSession { session in
                    _ = try session.execute("begin")
                    _ = try session.execute("lock table ledger.journal_entries in access exclusive mode")
                }
                try await books.write(10)
                try await eventually {
                    try await books.count(
                        """
                        select count(*) from pg_locks
                        where not granted and relation = 'ledger.journal_entries'::regclass
                            and database = (select oid from pg_database where datname = current_database())
                        """
                    ) > 0
                }
                #expect(try await books.count("select count(*) from pgsync.sync_queue") == 10)
                try await holder.withSession { _ = try $0.execute("rollback") }
            }
            try await eventually(within: .seconds(60)) { try await books.isIdle() }
            worker.send(signal: SIGTERM)
            #expect(try await worker.wait().status == .exited(0))
        }
    }

    /// Bad bills wait for a person with a reason, the others are posted; a mended bill settles its failure.
    private func invalidData(_ books: Books) async throws {
        try await books.database.run(
            """
            insert into public.bills (id, total, tax) values
            (1, 118, 18), (2, null, 18), (3, 'NaN', 18), (4, -5, 0), (5, 118, 'NaN'), (6, 236, 36)
            """
        )
        try await books.drain()
        let failures = try await books.database.run(
            """
            select log.record_id || ' ' || queue.error_class
            from pgsync.sync_queue as queue inner join pgsync.sync_logs as log on log.id = queue.log_id
            where queue.sync_status = 'failed' order by 1
            """
        )
        #expect(failures == ["2 data.missing", "3 data.range", "4 rule.assert_failed", "5 data.range"])
        #expect(try await books.count("select count(*) from ledger.journal_entries") == 2)
        try await books.database.run("update public.bills set total = 118, tax = 18 where id in (2, 3, 4, 5)")
        try await books.drain()
        #expect(try await books.count("select count(*) from ledger.journal_entries") == 6)
        #expect(try await books.isEmpty())
    }

    /// A worker is killed in the midst of a backlog, then the server.
    private func crashRecovery(_ books: Books) async throws {
        try await books.write(3_000)
        try await ChildProcess.withRunning(try books.worker("--batch", "50")) { worker in
            try await eventually {
                try await books.count("select count(*) from ledger.journal_entries") > 100
            }
            worker.send(signal: SIGKILL)
            #expect(try await worker.wait().status == .signaled(SIGKILL))
        }
        #expect(try await !books.isIdle(), "it has to have been killed before it was done")
        #expect(try await books.broken().isEmpty)
        try await ChildProcess.withRunning(try books.worker("--batch", "50")) { worker in
            let before = try await books.count("select count(*) from ledger.journal_entries")
            try await eventually {
                try await books.count("select count(*) from ledger.journal_entries") > before + 100
            }
            try await books.database.cluster.crash()
            try await books.database.cluster.start()
            try await eventually(within: .seconds(60)) { try await books.isIdle() }
            worker.send(signal: SIGTERM)
            #expect(try await worker.wait().status == .exited(0))
        }
    }

    /// The same bill is asked for by everybody at once, in every way there is.
    private func duplicates(_ books: Books) async throws {
        try await books.write(1)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<12 {
                group.addTask {
                    if number % 3 == 0 {
                        try await books.drain()
                    } else {
                        try await books.database.run("select pgsync.post_now('public.bills', '1')")
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await books.count("select count(*) from ledger.journal_entries") == 1)
        #expect(try await books.count("select pgsync.post_now('public.bills', '1')") == 1)
        // An update that changes nothing of what is posted.
        try await books.database.run(
            "update public.bills set total = total + 0, status = 'final' where id = 1"
        )
        try await books.drain()
        #expect(try await books.count("select count(*) from ledger.journal_entries") == 1)
    }

    /// Rows go before their changes are posted; a worker goes without a word.
    private func orphans(_ books: Books) async throws {
        try await books.write(20)
        try await books.database.run("delete from public.bills where id <= 5")
        try await ChildProcess.withRunning(try books.worker()) { worker in
            try await eventually { try await books.isIdle() }
            worker.send(signal: SIGKILL)
            _ = try await worker.wait()
        }
        #expect(
            try await books.count("select count(*) from ledger.journal_entries where purpose = 'posting'")
                == 15
        )
        try await books.database.run("truncate public.bills")
        try await books.drain()
        #expect(
            try await books.count("select count(*) from pgsync.sync_workers where state = 'running'") == 0
        )
        #expect(
            try await books.count("select count(*) from pgsync.sync_master_status where entry_ids <> '{}'")
                == 0
        )
    }

    /// Eight write the same few bills while three workers post.
    private func concurrency(_ books: Books) async throws {
        try await books.write(40)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    try await ChildProcess.withRunning(try books.worker("--batch", "10")) { worker in
                        try await eventually(within: .seconds(120)) {
                            guard try await books.isIdle() else { return false }
                            return try await books.count(
                                "select count(*) from public.bills where status = 'over'"
                            ) > 0
                        }
                        worker.send(signal: SIGTERM)
                        #expect(try await worker.wait().status == .exited(0))
                    }
                }
            }
            group.addTask {
                try await withThrowingTaskGroup(of: Void.self) { writers in
                    for writer in 0..<8 {
                        writers.addTask {
                            try await books.database.session { session in
                                for number in 0..<60 {
                                    let bill = (number * 7 + writer) % 40 + 1
                                    try session.query(
                                        "update public.bills set total = total + 1 where id = \(bill)"
                                    )
                                }
                            }
                        }
                    }
                    try await writers.waitForAll()
                }
                try await books.database.run("insert into public.bills (total, status) values (1, 'over')")
            }
            try await group.waitForAll()
        }
    }

    /// Twenty thousand bills by one statement.
    private func largeBatch(_ books: Books) async throws {
        try await books.write(20_000)
        try await books.drain()
        #expect(try await books.count("select count(*) from ledger.journal_entries") == 20_000)
        #expect(try await books.isEmpty())
    }

    /// An account is closed, and opened again by the accountant, who then has the failures tried again.
    private func failureRecovery(_ books: Books) async throws {
        try await books.database.run("update ledger.accounts set active = false where code = '4300'")
        try await books.write(5)
        try await books.drain()
        #expect(
            try await books.count(
                "select count(*) from pgsync.sync_queue where sync_status = 'failed' and error_class = 'ledger.account'"
            ) == 5
        )
        try await books.database.run("update ledger.accounts set active = true where code = '4300'")
        try await books.database.run(
            "update pgsync.sync_queue set retry_count = 0, scheduled_at = now() where retry_count >= max_retries"
        )
        try await books.drain()
        #expect(try await books.isEmpty())
        #expect(try await books.count("select count(*) from ledger.journal_entries") == 5)
    }
}

extension Books {
    func write(_ count: Int) async throws {
        try await database.session { session in
            _ = try session.query(
                "insert into public.bills (total) select 118 + n from generate_series(1, \(count)) as n"
            )
        }
    }

    /// Whether nothing waits that could be posted.
    func isIdle() async throws -> Bool {
        try await count("select count(*) from pgsync.sync_queue where sync_status = 'pending'") == 0
    }

    func isEmpty() async throws -> Bool { try await count("select count(*) from pgsync.sync_queue") == 0 }
}
