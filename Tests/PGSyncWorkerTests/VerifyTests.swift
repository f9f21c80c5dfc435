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
    private func write(_ writer: Int, rounds: Int) async throws {
        try await database.connect { connection in
            for round in 1...rounds {
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

    @Test("tells no difference where there is none, in steps and in one statement")
    func noFalseAlarm() async throws {
        let written = Locked(false)
        let verified = Locked(0)
        try await RunningWorker.with { _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    defer { written.withLock { $0 = true } }
                    try await withThrowingTaskGroup(of: Void.self) { writers in
                        for writer in 1...3 {
                            writers.addTask { try await write(writer, rounds: Profile.size(60, full: 3000)) }
                        }
                        try await writers.waitForAll()
                    }
                }
                group.addTask {
                    try await eventually { try await database.count("pgsync.sync_audit_log") > 100 }
                    repeat {
                        let runner = VerifyRunner(to: database.options, share: 1)
                        let report = try await runner.run(VerifyScope(), until: Shutdown()) { _ in }
                        #expect(report.step?.state == .completed)
                        try await database.run("select pgsync.verify_sync_integrity()")
                        verified.withLock { $0 += 2 }
                    } while !written.withLock { $0 }
                }
                try await group.waitForAll()
            }
        }
        let rounds = verified.withLock { $0 }
        let found = try await database.lines(
            "select concat_ws(' ', kind, record_id, found, state, reason) from pgsync.sync_differences order by id"
        )
        #expect(found == [])
        #expect(
            try await database.value(
                "select count(*) = \(rounds) and min(records) > 0 from pgsync.verified_sources"
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
}
