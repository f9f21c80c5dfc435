import Concurrency
import PGSyncOperations
import PGSyncStore
import PGSyncWorker
import Postgres
import Services
import TestSupport
import Testing

@Suite("A verification beside a worker", .postingDatabase, .timeLimit(.minutes(20)))
struct VerifyTests {
    private let database = TestDatabase.current

    /// Writes bills in every way: single, in bulk, late to commit, and rolled back.
    ///
    /// `verified` is how many verifications have ended. They look at all changes so far: faster than they go through
    /// them, no more are written.
    private func write(_ writer: Int, until wanted: Int, _ verified: Locked<Int>) async throws {
        try await database.connect { connection in
            var round = 0
            var (last, roundThen) = (0, 0)
            while true {
                let now = verified.withLock { $0 }
                if now >= wanted { return }
                if now > last { (last, roundThen) = (now, round) }
                if round - roundThen > 30 { try await Task.sleep(for: .milliseconds(200)) }
                round += 1
                let first = (writer * 1_000 + round % 40) * 10
                let script = """
                    insert into bills select g, g % 90 + 1 from generate_series(\(first), \(first + 9)) as g
                    on conflict (id) do update set amount = bills.amount + 1;
                    begin; update bills set note = 'round \(round)' where id = \(first + 1);
                    \(round % 7 == 0 ? "select pg_sleep(0.02);" : "") commit;
                    begin; delete from bills where id in (\(first + 2), \(first + 3));
                    \(round % 3 == 0 ? "rollback" : "commit");
                    update bills set id = -id where id = \(first + 4);
                    delete from bills where id = -\(first + 4);
                    update bills set amount = null where id = \(first + 5) and \(round) % 5 = 0
                    """
                try await connection.run(script)
                // Only so many wait, so that many are posted while others are verified.
                while try await database.count("(select from pgsync.sync_queue limit 500) as queue") == 500 {
                    try await Task.sleep(for: .milliseconds(20))
                }
            }
        }
    }

    /// In the full profile 100 verifications: each campaign begins with an empty log, so that the
    /// last of them still take place while its first thousands of changes are posted.
    @Test(
        "tells no difference where there is none, in steps and in one statement",
        .serialized,
        arguments: 1...Profile.size(1, full: 10)
    )
    func noFalseAlarm(campaign _: Int) async throws {
        let wanted = Profile.size(4, full: 10)
        let verified = Locked(0)
        try await RunningWorker.with { _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 1...3 {
                    group.addTask { try await write(writer, until: wanted, verified) }
                }
                group.addTask {
                    try await eventually { try await database.count("pgsync.sync_audit_log") > 100 }
                    while verified.withLock({ $0 }) < wanted {
                        let before = try await database.count("pgsync.sync_audit_log")
                        let runner = VerifyRunner(to: database.options, share: 1)
                        let report = try await runner.run(VerifyScope(), until: Shutdown()) { _ in }
                        #expect(report.step?.state == .completed)
                        try await database.run("select pgsync.verify_sync_integrity()")
                        // Both were made while changes were posted.
                        #expect(try await database.count("pgsync.sync_audit_log") > before)
                        verified.withLock { $0 += 2 }
                    }
                }
                try await group.waitForAll()
            }
        }
        let found = try await database.lines(
            "select concat_ws(' ', kind, record_id, found, state, reason) from pgsync.sync_differences order by id"
        )
        #expect(found == [])
        #expect(
            try await database.value(
                "select count(*) = \(wanted) and min(records) > 0 from pgsync.verified_sources"
            ) == "t"
        )
    }

    @Test("is resumed by another session when its own is lost, and ends once")
    func sessionLost() async throws {
        try await database.insertBills(1...3000)
        let killed = Locked(0)
        let runner = VerifyRunner(to: database.options, share: 1)
        let report = try await runner.run(VerifyScope(), until: Shutdown()) { report in
            let seen = killed.withLock { count in
                count += report.step?.phase == "changes" ? 1 : 0
                return count
            }
            guard report.step?.phase == "changes", seen == 2 else { return }
            throw PostgresError(.connectionLost, "as if the server had gone")
        }
        #expect(report.step?.state == .completed)
        #expect(
            try await database.value("select state || ' ' || attempts from pgsync.sync_jobs") == "completed 2"
        )
        #expect(
            try await database.value("select records || ' ' || waiting from pgsync.verified_sources")
                == "3000 3000"
        )
    }

    @Test("stops at the end of a step when it is asked to, and the next one continues")
    func stopped() async throws {
        try await database.insertBills(1...3000)
        let shutdown = Shutdown()
        let runner = VerifyRunner(to: database.options, share: 1)
        let report = try await runner.run(VerifyScope(), until: shutdown) { report in
            if report.step?.phase == "records" { shutdown.request() }
        }
        #expect(report.step?.state == .running)
        let rest = try await runner.run(VerifyScope(), until: Shutdown()) { _ in }
        #expect(rest.isResumed && rest.job == report.job && rest.step?.state == .completed)
        #expect(try await database.value("select records from pgsync.verified_sources") == "3000")
    }

    @Test(
        "runs as a job of the leader, which heals what has changed where that is wanted",
        arguments: [true, false]
    )
    func job(heals: Bool) async throws {
        try await database.insertBills(1...50)
        _ = try await RunningWorker.run(.untilDrained)
        try await database.run(
            """
            alter table bills disable trigger "000_pgsync_update";
            update bills set amount = 900 where id = 7;
            alter table bills enable always trigger "000_pgsync_update";
            select pgsync.set_configuration('reconcile_heals', '\(heals)');
            select pgsync.set_configuration('worker_heartbeat_seconds', '0.1');
            delete from pgsync.sync_schedules;
            select pgsync.request_job('reconcile', 'all');
            """
        )
        try await RunningWorker.with(operations: JobOperations.all) { _ in
            try await eventually {
                try await database.value("select state from pgsync.sync_jobs where id = 1") == "completed"
            }
            if heals {
                try await eventually {
                    try await database.value(
                        "select sum(amount) from ledger.general_ledger where record_id = '7' and account = '1000'"
                    ) == "90000"
                }
            }
            // One of a table, and one of a table that is not there.
            try await database.run(
                "select pgsync.request_job('verify', 'public.bills'), pgsync.request_job('verify', 'public.nothing')"
            )
            try await eventually {
                try await database.value("select count(*) from pgsync.sync_jobs where finished_at is null")
                    == "0"
            }
        }
        #expect(
            try await database.lines(
                "select concat_ws(' ', id, kind, state, counts ->> 'records', counts ->> 'differences', counts ->> 'healed') from pgsync.sync_jobs order by id"
            ) == [
                "1 reconcile completed 50 1 \(heals ? 1 : 0)", "2 verify completed 50 \(heals ? 0 : 1) 0",
                "3 verify failed",
            ]
        )
        #expect(
            try await database.value("select error_message from pgsync.sync_jobs where id = 3")?
                .contains("public.nothing is not the name of an attached table") == true
        )
    }

    @Test("that reconciles looks at what has changed since the one before began")
    func since() async throws {
        try await database.insertBills(1...3)
        _ = try await RunningWorker.run(.untilDrained)
        try await database.connect { session in
            for job in 1...2 {
                try await session.run(
                    "select pgsync.begin_job('reconcile', 'all'); select pgsync.prepare_verify(\(job))"
                )
                while try await session.run("select state from pgsync.verify_step(\(job), 100)") == "running"
                {}
            }
        }
        #expect(
            try await database.value(
                """
                select second.since = first.started_at - interval '10 minutes'
                    and first.since between first.started_at - interval '25 hours' and first.started_at - interval '23 hours'
                from pgsync.verify_runs as first, pgsync.verify_runs as second where first.job = 1 and second.job = 2
                """
            ) == "t"
        )
    }
}
