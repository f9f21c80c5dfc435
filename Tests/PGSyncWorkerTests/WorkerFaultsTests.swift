import Concurrency
import PGSyncCluster
import PGSyncWorker
import Postgres
import Services
import Telemetry
import TestSupport
import Testing

@Suite("A worker whose connections break", .postingDatabase, .timeLimit(.minutes(10)))
struct WorkerFaultsTests {
    private let database = TestDatabase.current

    @Test("waits for a server that is not there, without hurry, and posts once it is")
    func refused() async throws {
        try await database.insertBills(1...10)
        try await database.withProxy { proxy, options in
            try proxy.inject(.refuse)
            try await RunningWorker.with(options, { $0.posters = 4 }) { worker in
                try await eventually { worker.metric("pgsync_worker_breaker_open") > 0 }
                #expect(worker.metric(#"pgsync_worker_connections_total{outcome="failure"}"#) < 20)
                try proxy.inject(.none)
                try await database.untilPosted()
            }
        }
        #expect(try await database.violations() == [])
    }

    @Test("gives up at once where waiting helps nobody")
    func hopeless() async throws {
        let unknown = database.options.with("dbname", "no_such_database")
        await #expect(throws: PostgresError.self) {
            try await RunningWorker.with(unknown) { try await $0.shutdown.wait() }
        }
        try await database.withProxy { proxy, options in
            try proxy.inject(.refuse)
            await #expect(throws: PostgresError.self) {
                _ = try await RunningWorker.run(.untilDrained, options)
            }
        }
    }

    @Test(
        "goes on after cuts at any moment, and neither loses nor doubles anything",
        arguments: Fault.Cut.allCases
    )
    func cut(cut: Fault.Cut) async throws {
        // Whatever is in hand at three of the cuts would else be a dead letter.
        try await database.run("select pgsync.set_configuration('max_crash_attempts', '20')")
        try await database.withProxy { proxy, options in
            try await RunningWorker.with(options, { $0.posters = 2 }) { worker in
                for round in 0..<15 {
                    try await database.insertBills((round * 40 + 1)...(round * 40 + 40))
                    let posted =
                        worker.metric("pgsync_worker_batches_total")
                        + worker.metric("pgsync_worker_careful_total")
                    try await eventually {
                        worker.metric("pgsync_worker_batches_total")
                            + worker.metric("pgsync_worker_careful_total") > posted
                    }
                    proxy.cutConnections(by: cut)
                }
                try await eventually(within: .seconds(120)) {
                    try await database.count("pgsync.sync_queue") == 0
                }
                #expect(proxy.counters.cuts >= 15)
            }
        }
        #expect(try await database.count("ledger.journal_entries") == 600)
        #expect(try await database.violations() == [])
    }

    @Test(
        "finds out by looking what became of a batch whose request or answer was lost",
        arguments: [true, false]
    )
    func lostAnswer(isAnswer: Bool) async throws {
        try await database.withProxy { proxy, options in
            try await RunningWorker.with(options) { worker in
                try await worker.untilAsleep()
                // The name of the worker travels with each call that posts.
                let needle = Array("tester#1".utf8)
                try proxy.inject(
                    isAnswer ? .loseReply(toRequestContaining: needle) : .loseRequest(containing: needle)
                )
                try await database.insertBills(1...20)
                try await database.untilPosted()
                try await eventually { proxy.counters.cuts == 1 }
            }
        }
        #expect(try await database.count("ledger.journal_entries") == 20)
        #expect(try await database.violations() == [])
    }

    @Test("leaves a server that does not answer any more, and comes back to it")
    func blackHole() async throws {
        try await database.run("select pgsync.set_configuration('sync_timeout_seconds', '1')")
        try await database.withProxy { proxy, options in
            try await RunningWorker.with(options) { worker in
                try await worker.untilAsleep()
                try proxy.inject(.hang)
                try await database.insertBills(1...20)
                // Nobody is woken, because that call does not come through either.
                try await eventually(within: .seconds(60)) {
                    worker.log.messages.contains("The wake-up connection got no answer in time; reconnecting")
                }
                #expect(proxy.counters.hung > 0)
                try proxy.inject(.none)
                try await database.untilPosted()
            }
        }
        #expect(try await database.violations() == [])
    }

    @Test("cuts a batch that hangs on the network, and posts what was in it again")
    func blackHoleInBatch() async throws {
        try await database.run("select pgsync.set_configuration('sync_timeout_seconds', '1')")
        try await database.withProxy { proxy, options in
            try await RunningWorker.with(options) { worker in
                try await worker.untilAsleep()
                try await database.run(
                    """
                    create function hold() returns trigger language plpgsql as $$
                    begin perform pg_advisory_xact_lock(17); return new; end $$;
                    create trigger hold before insert on ledger.journal_entries for each row execute function hold();
                    """
                )
                try await database.connect { holder in
                    _ = try await holder.withSession { try $0.runScript("select pg_advisory_lock(17)") }
                    try await database.insertBills(1...20)
                    try await eventually {
                        try await database.count(
                            "pg_locks where locktype = 'advisory' and objid = 17 and not granted"
                        ) > 0
                    }
                    try proxy.inject(.hang)
                }
                try await worker.untilLogged(
                    "The connection was lost during a batch; posting one change at a time until it is finished"
                )
                try proxy.inject(.none)
                try await database.untilPosted()
            }
        }
        #expect(try await database.count("ledger.journal_entries") == 20)
        #expect(try await database.violations() == [])
    }

    @Test("posts again soon after the server was restarted or has crashed", arguments: [true, false])
    func restarted(isCrash: Bool) async throws {
        try await OwnCluster.with { cluster in
            try await TestDatabase.with(on: cluster) { database in
                try await database.connect { connection in
                    try await Self.prepare(connection)
                }
                try await RunningWorker.with(database.options, { $0.posters = 2 }) { worker in
                    try await database.insertBills(1...100)
                    try await database.untilPosted()
                    try await database.insertBills(101...2_000)
                    if isCrash { try await cluster.crash() } else { try await cluster.stop() }
                    try await worker.untilLogged("No connection to the database; trying again")
                    try await cluster.start()
                    let start = ContinuousClock.now
                    // Whatever was posted before, these were not.
                    try await database.insertBills(2_001...2_010)
                    let posted = worker.metric(#"pgsync_worker_outcomes_total{outcome="posted"}"#)
                    try await eventually {
                        worker.metric(#"pgsync_worker_outcomes_total{outcome="posted"}"#) > posted
                    }
                    print("posting \(ContinuousClock.now - start) after a \(isCrash ? "crash" : "restart")")
                    try await database.untilPosted()
                }
                // What a crash has undone of the application is not there to be posted.
                let bills = try await database.count("public.bills")
                #expect(bills > 100)
                #expect(try await database.count("ledger.journal_entries") == bills)
                #expect(try await database.violations() == [])
            }
        }
    }

    private static func prepare(_ connection: PostgresConnection) async throws {
        try await TestDatabase.migrate(connection)
        _ = try await connection.withSession { try $0.runScript(LittleLedger.bills).count }
    }

    @Test(
        "claims nothing on a server that takes no writes, and goes on when it does",
        arguments: [true, false]
    )
    func readOnly(asksForWrites: Bool) async throws {
        let options =
            asksForWrites ? database.options.with("target_session_attrs", "read-write") : database.options
        try await RunningWorker.with(options) { worker in
            try await worker.untilAsleep()
            try await database.run("alter database \(database.name) set default_transaction_read_only = on")
            try await database.run(
                "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'pgsync worker'"
                    + " and datname = current_database()"
            )
            try await worker.untilLogged(
                asksForWrites
                    ? "No connection to the database; trying again"
                    : "The server is read-only; reconnecting"
            )
            let failures = worker.metric(#"pgsync_worker_connections_total{outcome="failure"}"#)
            #expect(failures < 100)
            let writable = database.options.with("options", "-c default_transaction_read_only=off")
            try await database.run("insert into bills values (1, 1, 'bill')", as: writable)
            try await database.run(
                "alter database \(database.name) reset default_transaction_read_only",
                as: writable
            )
            try await database.untilPosted()
        }
        #expect(try await database.violations() == [])
    }

    @Test("works with as few connections as it gets")
    func tooMany() async throws {
        try await database.run(
            "create role few_\(database.name) login superuser connection limit -1"
        )
        // A superuser is not bound by a limit.
        try await database.run(
            "alter role few_\(database.name) nosuperuser connection limit 2; grant pgsync_worker to few_\(database.name)"
        )
        try await RunningWorker.with(
            database.options.with("user", "few_\(database.name)"),
            { $0.posters = 3 }
        ) {
            worker in
            try await database.insertBills(1...10)
            try await database.untilPosted()
            // Whoever got the last connection posts what comes, too.
            try await database.insertBills(11...20)
            try await database.untilPosted()
            #expect(worker.metric(#"pgsync_worker_connections_total{outcome="failure"}"#) > 0)
        }
        try await database.run("drop role few_\(database.name)")
        #expect(try await database.violations() == [])
    }

    @Test("waits out who locks the journal, and posts then")
    func locked() async throws {
        try await database.run("select pgsync.set_configuration('sync_timeout_seconds', '2')")
        try await RunningWorker.with { worker in
            try await worker.untilAsleep()
            try await database.connect { other in
                _ = try await other.withSession { try $0.runScript("begin; lock table ledger.journal_lines") }
                try await database.insertBills(1...10)
                try await worker.untilLogged("A batch hit a lock timeout or deadlock; trying again")
                _ = try await other.withSession { try $0.runScript("rollback") }
            }
            try await database.untilPosted()
        }
        #expect(try await database.count("pgsync.sync_audit_log where outcome = 'failed'") == 0)
        #expect(try await database.violations() == [])
    }

    @Test("tries the hosts of its address one after the other")
    func hosts() async throws {
        try await database.withProxy { proxy, options in
            try await FaultProxy.run(to: database.cluster.socket) { first in
                let both = options.with("host", "\(first.host),\(proxy.host)")
                    .with("port", "\(first.port),\(proxy.port)")
                try await RunningWorker.with(both) { worker in
                    try await database.insertBills(1...10)
                    try await database.untilPosted()
                    #expect(proxy.counters.accepted == 0)
                    try first.inject(.refuse)
                    first.cutConnections()
                    try await database.insertBills(11...20)
                    try await database.untilPosted()
                    #expect(proxy.counters.accepted > 0)
                }
            }
        }
        #expect(try await database.violations() == [])
    }
}
