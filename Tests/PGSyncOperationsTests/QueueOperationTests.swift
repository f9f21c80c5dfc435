import PGSyncOperations
import PGSyncStore
import Postgres
import Services
import TestSupport
import Testing

@Suite("Jobs on the queue", .migrated, .timeLimit(.minutes(5)))
struct QueueOperationTests {
    private let database = TestDatabase.current

    /// 1,200 dead changes of two classes in one table and 30 in another, and 10 that wait in good order.
    private static let failures = """
        create table bills (id int primary key); create table visits (id int primary key);
        select pgsync.attach('bills'); select pgsync.attach('visits');
        insert into bills select generate_series(1, 1210);
        insert into visits select generate_series(1, 30);
        update pgsync.sync_queue
        set sync_status = 'failed', error_class = case when log_id % 2 = 0 then 'data.missing' else 'rule.missing' end,
            error_message = 'made up', retry_count = 5, attempts = 5
        where log_id not between 1201 and 1210;
        """

    private func request(_ arguments: String) async throws -> Int64 {
        let job = try await database.value("select pgsync.request_queue_job(\(arguments))")
        return Int64(job ?? "") ?? 0
    }

    private func runNext(until shutdown: Shutdown = Shutdown()) async throws -> Job.State? {
        try await database.connect { connection in
            let operations = JobOperations.all.filter { ["retry", "resolve"].contains($0.kind) }
            return try await JobRunner(operations).runNext(on: connection, until: shutdown)?.state
        }
    }

    private func count(_ condition: String) async throws -> String? {
        try await database.value(
            "select count(*) from pgsync.waiting_changes as own where \(condition)"
        )
    }

    @Test("retry all that failed with a class, in batches, and nothing that came later")
    func retry() async throws {
        try await database.run(Self.failures)
        let job = try await request("'retry', error_class => 'data.*', source => 'bills'")
        try await database.run(
            """
            insert into bills values (5000);
            update pgsync.sync_queue set sync_status = 'failed', error_class = 'data.missing' where log_id = 1241;
            """
        )
        #expect(try await runNext() == .completed)
        #expect(try await count("state = 'ready' and error_class = 'data.missing'") == "600")
        #expect(try await count("state = 'dead' and error_class = 'data.missing'") == "16")
        #expect(try await count("state = 'dead' and error_class = 'rule.missing'") == "615")
        #expect(
            try await database.value(
                "select counts ->> 'retried' || ' ' || done from pgsync.job_states where id = \(job)"
            ) == "600 600"
        )
    }

    @Test("resolve all of a table for a reason that says who asked, and continue where they were interrupted")
    func resolve() async throws {
        try await database.run(Self.failures)
        let job = try await request("'resolve', 'dead', 'bills', reason => 'imported twice'")
        // The first session ends after one step.
        try await database.connect { connection in
            try await connection.withSession { session in
                _ = try session.query("select * from pgsync.take_job('{resolve}')")
                let step = try session.query("select done, has_more from pgsync.queue_job_step(\(job), 500)")
                    .onlyRow()
                #expect(try step.decode("done", as: Int.self) == 500)
                #expect(try step.decode("has_more", as: Bool.self))
            }
        }
        #expect(try await count("state = 'dead'") == "730")
        try await eventually { try await runNext() == .completed }
        #expect(try await count("state = 'dead'") == "30")
        #expect(try await count("state = 'ready'") == "10")
        #expect(
            try await database.lines(
                """
                select distinct outcome || ' ' || error_message from pgsync.sync_audit_log where outcome = 'skipped'
                """
            ) == ["skipped imported twice (job \(job) of postgres)"]
        )
        #expect(
            try await database.value("select counts ->> 'resolved' from pgsync.sync_jobs where id = \(job)")
                == "1200"
        )
    }

    @Test("leave alone a TRUNCATE that others have ended because of, and resolve the rest")
    func begunTruncate() async throws {
        try await database.run(Self.failures)
        try await database.run(
            """
            truncate bills;
            update pgsync.sync_queue set sync_status = 'failed', error_class = 'data.missing' where log_id = 1241;
            update pgsync.sources set truncated_through = 1241 where source_table = 'bills'::regclass;
            """
        )
        let refusal = try await database.refusal(of: "select pgsync.skip_changes('{1241}', 'x')")
        #expect(refusal.sqlState?.code == "55000")
        _ = try await request("'resolve', 'dead', reason => 'old'")
        #expect(try await runNext() == .completed)
        #expect(
            try await database.lines("select log_id from pgsync.waiting_changes where state = 'dead'") == [
                "1241"
            ]
        )
    }

    @Test("end at the next step when somebody cancels them; what they did stays")
    func cancelled() async throws {
        try await database.run(Self.failures)
        let job = try await request("'retry', 'dead'")
        try await database.connect { connection in
            try await connection.withSession { session in
                _ = try session.query("select * from pgsync.take_job('{retry}')")
                _ = try session.query("select * from pgsync.queue_job_step(\(job), 500)")
            }
        }
        // Its server process may outlive the session for a moment.
        try await eventually {
            try await database.value("select state from pgsync.job_states where id = \(job)") == "interrupted"
        }
        try await database.run("select pgsync.cancel_job(\(job))")
        #expect(try await runNext() == nil)
        #expect(
            try await database.value("select state from pgsync.sync_jobs where id = \(job)") == "cancelled"
        )
        #expect(try await count("state = 'dead'") == "730")
    }

    @Test(
        "are refused without a reason to resolve, of another kind, and while one is under way",
        arguments: [
            ("'resolve', 'dead'", "22023"), ("'resolve', 'dead', reason => ' '", "22023"),
            ("'verify'", "22023"), ("null", "22023"),
            ("'retry', reason => repeat('x', 601)", "22023"), ("'retry', error_class => 'data.*'", "55000"),
        ]
    )
    func refusals(arguments: String, code: String) async throws {
        _ = try await request("'retry', 'dead'")
        let refusal = try await database.refusal(of: "select pgsync.request_queue_job(\(arguments))")
        #expect(refusal.sqlState?.code == code)
        #expect(try await database.value("select count(*) from pgsync.sync_jobs") == "1")
    }

    @Test("fail with what to do when nobody said which changes they are about")
    func without() async throws {
        try await database.run("select pgsync.request_job('retry', 'all')")
        #expect(try await runNext() == .failed)
        let message = try await database.value("select error_message from pgsync.sync_jobs")
        #expect(message?.contains("does not say which changes") == true)
    }
}
