import Postgres
import TestSupport
import Testing

@Suite("Pausing", .posting, .timeLimit(.minutes(2)))
struct PauseTests {
    let database = TestDatabase.current

    @Test("a table lets its changes wait, also a TRUNCATE, while the others are posted; resuming posts them")
    func source() async throws {
        _ = try await database.post("insert into bills (id, amount) values (1, 1), (2, 2)")
        try await database.run("set role pgsync_operator; select pgsync.pause('bills')")
        #expect(
            try await database.post(
                "update bills set amount = 5 where id = 1; truncate bills; insert into moves (id, amount) values (1, 1)"
            )
                == "posted 1, deferred 2"
        )
        #expect(try await database.post() == "nothing")
        #expect(try await database.standing().count == 2)
        try await database.run("set role pgsync_operator; select pgsync.resume('bills')")
        #expect(try await database.post() == "reversed 1, superseded 1")
        try await database.expectNoFaults()
    }

    @Test("also keeps a failed change and one behind a failure from being lost")
    func failedMeanwhile() async throws {
        _ = try await database.post(
            "insert into bills (id, amount) values (1, null); insert into moves (id, amount) values (1, null)"
        )
        try await database.run(
            "select pgsync.pause('bills'), pgsync.pause('moves'); select pgsync.retry_changes(); update moves set amount = 1"
        )
        #expect(try await database.post() == "deferred 3")
        try await database.run("select pgsync.resume('bills'), pgsync.resume('moves')")
        #expect(try await database.post() == "posted 1, superseded 1, failed 1")
        try await database.expectNoFaults()
    }

    @Test(
        "everything ends each batch before it begins, as does turning real time off, but for scheduled runs"
    )
    func global() async throws {
        let paused =
            "select concat_ws(' ', claimed, is_paused, next_mark) from pgsync.process_batch('test', 10, 7"
        try await database.run("insert into bills (id, amount) values (1, 1); select pgsync.pause()")
        #expect(try await database.lines(paused + ")") == ["0 t 7"])
        #expect(try await database.lines(paused + ", scheduled => true)") == ["0 t 7"])
        #expect(try await database.value("select pgsync.post_now('bills', '1')") == nil)
        try await database.run(
            "select pgsync.resume(); select pgsync.set_configuration('enable_real_time_sync', 'false')"
        )
        #expect(try await database.lines(paused + ")") == ["0 t 7"])
        #expect(
            try await database.lines(
                "select concat_ws(' ', claimed, is_paused) from pgsync.process_batch('test', scheduled => true)"
            ) == ["1 f"]
        )
        try await database.expectNoFaults()
    }

    @Test("and resuming while a batch is under way leaves nothing behind")
    func race() async throws {
        try await database.run("insert into bills (id, amount) values (1, 1); select pgsync.pause('bills')")
        let database = database
        try await database.connect { worker in
            // A batch that has met the pause and is not committed …
            try await worker.withSession {
                _ = try $0.runScript("begin; select pgsync.process_batch('test')")
            }
            async let resumed = database.run("select pgsync.resume('bills')")
            try await eventually {
                try await database.value(
                    "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
                ) == "1"
            }
            try await worker.withSession { _ = try $0.runScript("commit") }
            _ = try await resumed
        }
        #expect(try await database.post() == "posted 1")
        // … and one that comes too late to it.
        try await database.run("update bills set amount = 2; select pgsync.pause('bills')")
        try await database.connect { worker in
            try await worker.withSession { _ = try $0.runScript("begin; select pgsync.claim_changes(10)") }
            try await database.run("select pgsync.resume('bills')")
            try await worker.withSession {
                _ = try $0.runScript("select pgsync.defer_changes('{2}'); commit")
            }
        }
        #expect(try await database.post() == "amended 1")
    }

    @Test("a table that is not attached is refused")
    func unknown() async throws {
        for call in ["pause", "resume"] {
            let error = try await database.refusal(of: "select pgsync.\(call)('pg_class')")
            #expect(error.message.contains("is not attached"))
        }
    }
}
