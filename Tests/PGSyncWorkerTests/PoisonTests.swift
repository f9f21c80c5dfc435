import PGSyncStore
import PGSyncWorker
import Postgres
import Telemetry
import TestSupport
import Testing

@Suite("Changes that cannot be posted", .postingDatabase, .timeLimit(.minutes(10)))
struct PoisonTests {
    private let database = TestDatabase.current

    /// Has something happen when the entry of a poisoned bill is written.
    private func poison(_ statement: String) async throws {
        try await database.run(
            """
            create function poison() returns trigger language plpgsql security definer as $$
            begin
                if new.description = 'poison' then \(statement); end if;
                return new;
            end $$;
            create trigger poison before insert on ledger.journal_entries for each row execute function poison();
            """
        )
    }

    private func failures(of id: Int) async throws -> [String?] {
        try await database.run(
            """
            select audit.error_class from pgsync.sync_audit_log as audit
            where audit.record_id = '\(id)' and audit.outcome = 'failed' order by audit.attempt
            """
        )
    }

    @Test("that raise an error are found, noted and left out, and the others are posted")
    func raises() async throws {
        try await poison("raise exception 'no'")
        try await database.insertBills(1...40)
        try await database.insertBills(41...41, note: "poison")
        try await database.insertBills(42...80)
        let report = try await RunningWorker.run(.untilDrained)
        #expect(report.posted == 79 && report.failed == 1)
        #expect(try await failures(of: 41) == ["unexpected"])
        #expect(report.waiting?.scheduled == 1)
        #expect(try await database.violations() == [])
    }

    @Test("are named in the log, which takes no more rights than a worker has")
    func named() async throws {
        try await database.run(
            """
            create role worker_\(database.name) login; grant pgsync_worker to worker_\(database.name);
            insert into bills values (1, 1, 'bill'), (2, null, 'bill');
            """
        )
        _ = try await RunningWorker.with(database.options.with("user", "worker_\(database.name)")) { worker in
            try await worker.untilLogged("Some changes failed")
            let record = worker.log.records.first { $0.message == "Some changes failed" }
            #expect(record?.metadata["change.id"] == .int(2))
            #expect(record?.metadata["change.table"] == .string("public.bills"))
        }
        try await database.run("drop role worker_\(database.name)")
    }

    @Test("that end the session each time are found one by one, tried three times, and wait for a person")
    func kills() async throws {
        try await poison("perform pg_terminate_backend(pg_backend_pid()); perform pg_sleep(1)")
        try await database.insertBills(1...30)
        try await database.insertBills(31...31, note: "poison")
        try await database.insertBills(32...60)
        try await RunningWorker.with { worker in
            try await database.untilPosted()
            #expect(worker.metric("pgsync_worker_careful_total") > 0)
            // It goes on as before: fast, and with what comes.
            try await database.insertBills(61...100)
            try await database.untilPosted()
        }
        #expect(try await failures(of: 31) == ["crash", "crash", "crash"])
        #expect(
            try await database.run(
                "select sync_status || ' ' || error_class || ' ' || attempts || ' ' || (locked_at is null) from pgsync.sync_queue"
            ) == ["failed crash 3 true"]
        )
        #expect(try await database.count("ledger.journal_entries") == 99)
        #expect(try await database.violations() == [])
    }

    @Test("that end the session are got past by several posters, too, and can be tried again when mended")
    func killsMany() async throws {
        try await poison("perform pg_terminate_backend(pg_backend_pid()); perform pg_sleep(1)")
        try await database.insertBills(1...20)
        try await database.insertBills(21...22, note: "poison")
        try await database.insertBills(23...200)
        try await RunningWorker.with(nil, { $0.posters = 3 }) { worker in
            try await database.untilPosted()
            #expect(try await database.count("pgsync.sync_queue where error_class = 'crash'") == 2)
            try await database.run(
                """
                drop trigger poison on ledger.journal_entries;
                update pgsync.sync_queue set retry_count = 0, scheduled_at = now() where retry_count >= max_retries;
                """
            )
            try await eventually { try await database.count("pgsync.sync_queue") == 0 }
        }
        #expect(try await database.count("ledger.journal_entries") == 200)
        #expect(try await database.violations() == [])
    }

    @Test("that never end are cancelled, found one by one, and tried again later")
    func hangs() async throws {
        try await poison("perform pg_sleep(600)")
        try await database.run("select pgsync.set_configuration('sync_timeout_seconds', '1')")
        try await database.insertBills(1...5)
        try await database.insertBills(6...6, note: "poison")
        try await database.insertBills(7...10)
        let report = try await RunningWorker.run(.untilDrained)
        #expect(report.posted == 9)
        #expect(try await failures(of: 6) == ["transient"])
        #expect(report.waiting?.scheduled == 1)
        #expect(try await database.violations() == [])
    }

    @Test("since a worker was killed in the middle are begun one by one by the next")
    func afterKill() async throws {
        try await database.insertBills(1...30)
        try await database.connect { connection in
            _ = try await connection.withSession { session in
                try session.runScript("select pgsync.register_worker('ghost', 'there', 7, '1.0', 1)").count
            }
        }
        try await RunningWorker.with { worker in
            try await database.untilPosted()
            try await worker.untilAsleep()
            #expect(worker.metric("pgsync_worker_careful_total") == 30)
            #expect(
                worker.log.messages.contains(
                    "A worker stopped without shutting down; posting one change at a time until its batch is finished"
                )
            )
        }
        #expect(try await database.violations() == [])
    }

    @Test("announced and never come back to are counted once for each attempt, and only then")
    func announcements() async throws {
        try await database.insertBills(1...2)
        try await database.connect { first in
            let begin: @Sendable (Session) throws -> Int64? = {
                try $0.query("select pgsync.begin_careful('w')").onlyRow().decode(0)
            }
            #expect(try await first.withSession(begin) == 1)
            // Somebody else passes over what is in hand.
            #expect(try await database.session(begin) == 2)
            // What that session had begun has not come back.
            #expect(try await database.session(begin) == 2)
            #expect(try await failures(of: 2) == ["crash"])
            #expect(try await failures(of: 1) == [])
            _ = try await first.withSession { try $0.query("select pgsync.process_one('w', 1)") }
            #expect(try await database.count("pgsync.sync_queue where log_id = 1") == 0)
        }
    }
}
