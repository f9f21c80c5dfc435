import Concurrency
import Postgres
import TestSupport
import Testing

@Suite("A job", .migrated, .timeLimit(.minutes(5)))
struct JobTests {
    private let database = TestDatabase.current

    /// The state as people see it.
    private func state(_ job: Int = 1) async throws -> String? {
        try await database.value("select state from pgsync.job_states where id = \(job)")
    }

    /// Lends a session that runs a job of this subject.
    private func withRunner(
        _ subject: String = "books",
        _ body: (PostgresConnection) async throws -> Void
    ) async throws {
        try await database.connect { runner in
            try await runner.run("select from pgsync.begin_job('verify', '\(subject)')")
            try await body(runner)
        }
    }

    /// Ends the server process of a session, as a crash of its client would.
    private func kill(_ runner: PostgresConnection) async throws {
        let process = try #require(try await runner.run("select pg_backend_pid()::text"))
        try await database.run("select pg_terminate_backend(\(process))")
        try await eventually {
            try await database.value("select count(*) from pg_stat_activity where pid = \(process)") == "0"
        }
    }

    @Test(
        "goes from pending to running, waits, runs on, and ends as its runner says",
        arguments: [
            ("null", "completed"), ("'completed'", "completed"), ("'partial'", "partial"),
            ("'failed', error_message => 'x'", "failed"), ("error_message => 'x'", "failed"),
            ("'cancelled'", "cancelled"),
        ]
    )
    func states(ending: String, state: String) async throws {
        let requested = "select pgsync.request_job('verify', 'books', trigger => 'schedule')"
        #expect(try await database.value(requested) == "1")
        #expect(try await database.value(requested) == "1")
        #expect(try await self.state() == "pending")
        try await withRunner { (runner) throws in
            #expect(try await self.state() == "running")
            let waiting = "select pgsync.note_phase(1, 'rows', 'waits', 5, 10, waits => true)"
            #expect(try await runner.run(waiting) == "t")
            #expect(try await self.state() == "waiting")
            #expect(try await runner.run("select pgsync.note_phase(1, 'rows', 'goes on', 6)") == "t")
            #expect(try await self.state() == "running")
            #expect(
                try await database.value(
                    "select concat_ws(' ', phase, message, done, expected, attempts, trigger) from pgsync.job_states"
                ) == "rows goes on 6 10 1 schedule"
            )
            #expect(try await runner.run("select pgsync.end_job(1, \(ending))") == state)
        }
        #expect(try await self.state() == state)
        let progress = ["completed": "finished", "partial": "finished"][state] ?? state
        #expect(try await database.value("select state from pgsync.sync_progress") == progress)
        #expect(try await database.value(requested) != "1")
    }

    @Test("shows each phase with its own progress, and which is the latest")
    func phases() async throws {
        try await withRunner { runner in
            for call in ["'read', done => 3", "'compare', expected => 7", "'read', done => 4"] {
                try await runner.run("select pgsync.note_phase(1, \(call))")
            }
            #expect(
                try await database.lines(
                    "select concat_ws(' ', phase, state, done, expected) from pgsync.sync_progress order by id"
                ) == ["read running 4", "compare finished 0 7"]
            )
            #expect(try await database.value("select phase from pgsync.job_states") == "read")
        }
    }

    @Test("is begun by one of many who try at once, and the others are told who runs it")
    func once() async throws {
        let outcomes = Locked<[String]>([])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 1...8 {
                group.addTask {
                    try await database.connect { runner in
                        do {
                            try await runner.run("select from pgsync.begin_job('verify', 'books')")
                            outcomes.withLock { $0.append("begun") }
                        } catch let error as PostgresError {
                            #expect(error.hint?.contains("select pgsync.cancel_job(") == true)
                            outcomes.withLock { $0.append(error.sqlState?.code ?? "") }
                        }
                        // Nobody leaves before all have tried.
                        try await eventually { outcomes.withLock { $0.count } == 8 }
                    }
                }
            }
            try await group.waitForAll()
        }
        let found = outcomes.withLock { $0.sorted() }
        #expect(found == Array(repeating: "55P03", count: 7) + ["begun"])
        #expect(try await database.value("select attempts from pgsync.sync_jobs") == "1")
        // Others of its kind go on beside it.
        try await withRunner("till") { (_) throws in
            #expect(
                try await database.value("select state from pgsync.job_states where subject = 'till'")
                    == "running"
            )
        }
    }

    @Test("is interrupted when its session is killed, and resumed by who begins it again")
    func interrupted() async throws {
        try await database.connect { runner in
            try await runner.run("select from pgsync.begin_job('verify', 'books')")
            try await runner.run("select pgsync.note_phase(1, 'read', done => 3)")
            try await kill(runner)
        }
        #expect(try await state() == "interrupted")
        #expect(
            try await database.refusal(of: "select pgsync.note_phase(1, 'read')").message
                == "this session does not run job 1"
        )
        try await database.connect { runner in
            let begun = "select job || ' ' || resumed from pgsync.begin_job('verify', 'books')"
            #expect(try await runner.run(begun) == "1 true")
            #expect(try await state() == "running")
            #expect(try await database.value("select done from pgsync.job_states") == "3")
            try await runner.run("select pgsync.end_job(1)")
            // The same session can run the next one, and so on, and holds no lock of those before.
            for number in 2...4 {
                #expect(try await runner.run(begun) == "\(number) false")
                try await runner.run("select pgsync.end_job(\(number))")
            }
            #expect(try await runner.run("select pgsync.held_jobs()") == "{4}")
        }
        #expect(
            try await database.lines("select state || ' ' || attempts from pgsync.job_states order by id")
                == ["completed 2", "completed 1", "completed 1", "completed 1"]
        )
    }

    @Test("is cancelled at once unless somebody runs it, who is told")
    func cancelled() async throws {
        try await database.run("select pgsync.request_job('verify', 'books')")
        #expect(try await database.value("select pgsync.cancel_job(1)") == "cancelled")
        #expect(try await state() == "cancelled")
        #expect(try await database.value("select started_at is null from pgsync.sync_jobs") == "t")

        for waits in [false, true] {
            let job = waits ? 3 : 2
            try await withRunner { runner in
                let note = "select pgsync.note_phase(\(job), 'read', waits => \(waits))"
                #expect(try await runner.run(note) == "t")
                let asked = try await database.value("select pgsync.cancel_job(\(job))")
                #expect(asked == (waits ? "waiting" : "running"))
                #expect(try await runner.run(note) == "f")
                #expect(try await state(job) == asked)
                #expect(try await runner.run("select pgsync.end_job(\(job), 'cancelled')") == "cancelled")
            }
        }

        try await withRunner { _ in }
        try await eventually { try await state(4) == "interrupted" }
        #expect(try await database.value("select pgsync.cancel_job(4)") == "cancelled")

        for state in ["completed", "partial", "failed"] {
            let error = state == "failed" ? ", error_message => 'x'" : ""
            let job = try await database.value(
                """
                select pgsync.end_job(job, '\(state)'\(error))::text || job from pgsync.begin_job('verify', '\(state)')
                """
            )
            let number = try #require(job?.dropFirst(state.count))
            #expect(try await database.value("select pgsync.cancel_job(\(number))") == state)
        }
        #expect(
            try await database.value(
                "select count(*) from pgsync.sync_jobs where (cancel_requested_by is not null) <> (state = 'cancelled')"
            ) == "0"
        )
        #expect(
            try await database.refusal(of: "select pgsync.cancel_job(99)").message
                == "job 99 does not exist"
        )
    }

    @Test("whose runner died before it saw that it should end is cancelled when the next one begins")
    func cancelledUnseen() async throws {
        try await withRunner { _ in try await database.run("select pgsync.cancel_job(1)") }
        try await eventually { try await state() == "interrupted" }
        try await withRunner { (_) throws in
            #expect(try await state(1) == "cancelled")
            #expect(try await state(2) == "running")
        }
    }

    @Test(
        "ends once, in a state that there is, and is told to nobody as what it is not",
        arguments: [
            "select pgsync.end_job(1, 'finished')", "select pgsync.end_job(1, 'failed')",
            "select pgsync.end_job(1), pgsync.end_job(1)", "select pgsync.end_job(2)",
            "update pgsync.sync_jobs set state = 'completed'",
            "update pgsync.sync_jobs set state = 'pending'",
            "update pgsync.sync_jobs set finished_at = now()",
            "update pgsync.sync_jobs set state = 'cancelled', finished_at = now(), error_message = 'x'",
            "update pgsync.sync_jobs set attempts = 0",
            "update pgsync.sync_jobs set cancel_requested_at = now()",
            "update pgsync.sync_jobs set heartbeat_at = null", "update pgsync.sync_jobs set counts = '[]'",
            "insert into pgsync.sync_jobs (kind, subject) values ('verify', 'books')",
            "insert into pgsync.sync_jobs (kind, subject) values ('Verify it', 'books')",
            "select pgsync.request_job('verify', 'till', trigger => 'whim')",
            "select pgsync.settle_failed_item(1, ' ')",
        ]
    )
    func honest(statement: String) async throws {
        try await withRunner { (runner) throws in
            let refusal = await #expect(throws: PostgresError.self) { _ = try await runner.run(statement) }
            #expect(refusal?.kind == .server)
            #expect(try await state() == "running")
        }
    }

    @Test("does not count as running for a stranger's lock, and tells who keeps it from beginning")
    func strangers() async throws {
        let role = "stranger_to_\(database.name)"
        try await database.run("create role \(role) login")
        try await withRunner { _ in }
        try await eventually { try await state() == "interrupted" }
        try await database.connect(as: database.options.with("user", role)) { stranger in
            try await stranger.run("select pg_advisory_lock_shared(1886876535, 1)")
            #expect(try await state() == "interrupted")
            #expect(try await database.lines("select lock_name from pgsync.foreign_locks()") == [])
            try await withRunner { (_) throws in #expect(try await state() == "running") }
            try await eventually { try await state() == "interrupted" }
            try await stranger.run("select pg_advisory_unlock_all(), pg_advisory_lock(1886876535, 1)")
            #expect(try await database.lines("select lock_name from pgsync.foreign_locks()") == ["jobs"])
            let refusal = try await database.refusal(of: "select pgsync.begin_job('verify', 'books')")
            #expect(refusal.sqlState == .lockNotAvailable && refusal.hint?.contains("foreign_locks") == true)
        }
        try await database.run("drop role \(role)")
    }
}
