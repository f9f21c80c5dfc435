import Postgres
import TestSupport
import Testing

@Suite("A backfill", .captured, .timeLimit(.minutes(10)))
struct BackfillTests {
    /// Steps until it is finished, each in a transaction of its own.
    static func finish(_ limit: Int) -> String {
        """
        do $$declare progress bigint := pgsync.start_backfill('t'); begin
            while not (select finished from pgsync.backfill_step(progress, \(limit))) loop commit; end loop;
        end$$
        """
    }

    @Test("brings each row once while others write, and no change twice", arguments: Kind.allCases)
    func exact(kind: Kind) async throws {
        let database = TestDatabase.current
        let rows = Profile.size(1000, full: 100_000)
        try await database.run(
            "create table t (id int primary key, v int); insert into t select g, 1 from generate_series(1, \(rows)) as g"
        )
        try await database.run("select pgsync.attach('t', kind => '\(kind.rawValue)')")
        async let writing: Void = database.together(
            (1...8).map { "call checks.write('t', \($0), \(Profile.size(80, full: 3000)), \(rows))" }
        )
        try await eventually { try await database.value("select count(*) > 20 from pgsync.sync_logs") == "t" }
        try await database.together([Self.finish(Profile.size(20, full: 500))])
        try await writing
        #expect(try await database.differences("t") == [])
        // Without the rule these would be taken twice, once by themselves and once in the row read.
        let contained = try await database.value(
            """
            select count(*) from pgsync.sync_logs as live inner join pgsync.sync_logs as read using (source_table, record_id)
            where live.snapshot is null and read.snapshot is not null and pgsync.is_included(live, read)
            """
        )
        #expect(contained != "0")
        #expect(
            try await database.value(
                "select count(*) from (select from pgsync.sync_logs where snapshot is not null and action = 'create' group by record_id having count(*) > 1) as twice"
            ) == "0"
        )
        #expect(
            try await database.value("select done || ' ' || state from pgsync.sync_progress")
                == database.value(
                    "select count(*) || ' finished' from pgsync.sync_logs where snapshot is not null and action = 'create'"
                )
        )
    }

    @Test("knows that a change still open while a row was read comes after that row, whatever the ids")
    func idsSayNothing() async throws {
        let database = TestDatabase.current
        try await database.run(
            "create table t (id int primary key, v int); insert into t values (1, 1); select pgsync.attach('t')"
        )
        try await database.connect { writer in
            try await writer.withSession { _ = try $0.runScript("begin; update t set v = 2") }
            try await database.together([Self.finish(10)])
            try await writer.withSession { _ = try $0.runScript("commit") }
        }
        #expect(try await database.differences("t") == [])
        #expect(try await database.history("t") == ["update 1", "create 1"])
    }

    @Test(
        "stops at the end, also exactly at the end of a step",
        arguments: [(0, 10), (10, 10), (11, 10), (1, 1), (30, 7)]
    )
    func ends(rows: Int, limit: Int) async throws {
        let database = TestDatabase.current
        try await database.run(
            "create table t (a int, b text, c timestamptz, primary key (a, b, c)); insert into t select g % 3, 'x' || g, '2020-01-01' from generate_series(1, \(rows)) as g; analyze t; select pgsync.attach('t')"
        )
        try await database.together([Self.finish(limit)])
        #expect(try await database.differences("t") == [])
        #expect(
            try await database.value(
                "select done || ' ' || coalesce(expected, 0) || ' ' || state from pgsync.sync_progress"
            ) == "\(rows) \(rows) finished"
        )
        #expect(try await database.value("select count(*) from pgsync.sync_queue") == String(rows))
    }

    @Test("knows about how many rows there are, though nobody has counted them", arguments: [true, false])
    func estimate(isPartitioned: Bool) async throws {
        let database = TestDatabase.current
        try await database.run(
            isPartitioned
                ? "create table t (id int primary key, v text) partition by hash (id); create table t_0 partition of t for values with (modulus 1, remainder 0)"
                : "create table t (id int primary key, v text)"
        )
        try await database.run(
            "insert into t select g, repeat('x', 40) from generate_series(1, 20000) as g; select pgsync.attach('t')"
        )
        try await database.run("select pgsync.start_backfill('t')")
        let expected = try await database.value("select expected from pgsync.sync_progress")
        #expect((10_000...40_000).contains(Int(expected ?? "") ?? 0), "\(expected ?? "none")")
    }

    @Test("covers all partitions, and row security does not hide rows from it")
    func partitions() async throws {
        let database = TestDatabase.current
        try await database.run(
            """
            create table t (id int primary key, v int) partition by hash (id);
            create table t_0 partition of t for values with (modulus 2, remainder 0); create table t_1 partition of t for values with (modulus 2, remainder 1);
            alter table t enable row level security; alter table t force row level security;
            insert into t select g, g from generate_series(1, 50) as g; select pgsync.attach('t');
            """
        )
        try await database.together([Self.finish(7)])
        #expect(try await database.differences("t") == [])
    }

    @Test("goes on where the last whole step ended when its session is killed")
    func resumes() async throws {
        let database = TestDatabase.current
        try await database.run(
            "create table t (id int primary key, v int); insert into t select g, g from generate_series(1, 100) as g; select pgsync.attach('t')"
        )
        try await database.run("select pgsync.start_backfill('t')")
        try await database.run("select pgsync.backfill_step(1, 30)")
        try await database.connect { worker in
            let pid = try await worker.withSession { session in
                _ = try session.runScript("begin; select pgsync.backfill_step(1, 30)")
                return session.processID
            }
            #expect(
                try await database.refusal(of: "select pgsync.backfill_step(1, 30)").sqlState
                    == .init("55P03")
            )
            try await database.run("select pg_terminate_backend(\(pid))")
            try await eventually {
                try await database.value("select count(*) from pg_stat_activity where pid = \(pid)") == "0"
            }
        }
        #expect(try await database.value("select done from pgsync.sync_progress") == "30")
        try await database.together([Self.finish(30)])
        #expect(
            try await database.value(
                "select count(*) || ' ' || count(distinct record_id) from pgsync.sync_logs"
            ) == "100 100"
        )
        #expect(try await database.value("select count(*) from pgsync.sync_progress") == "1")
    }

    @Test("can be cancelled, and begun anew")
    func cancelled() async throws {
        let database = TestDatabase.current
        try await database.run(
            "create table t (id int primary key); insert into t values (1), (2); select pgsync.attach('t')"
        )
        try await database.run("select pgsync.start_backfill('t'); select pgsync.backfill_step(1, 1)")
        #expect(try await database.value("select pgsync.cancel_backfill(1)") == "t")
        #expect(try await database.value("select pgsync.cancel_backfill(1)") == "f")
        #expect(
            try await database.value("select row_count || ' ' || finished from pgsync.backfill_step(1, 1)")
                == "0 true"
        )
        #expect(try await database.value("select pgsync.start_backfill('t')") != "1")
        #expect(
            try await database.refusal(of: "select pgsync.start_backfill('pg_class')").message.contains(
                "is not attached"
            )
        )
    }

    @Test("wakes a worker that sleeps")
    func ringsTheDoorbell() async throws {
        let database = TestDatabase.current
        try await database.run(
            "create table t (id int primary key); insert into t values (1); select pgsync.attach('t')"
        )
        try await database.connect { sleeper in
            var bell = try await sleeper.listen(to: "pgsync").makeAsyncIterator()
            try await sleeper.withSession { _ = try $0.runScript("select pgsync.arm_doorbell()") }
            try await database.together([Self.finish(10)])
            #expect(try await bell.next()?.channel == "pgsync")
        }
    }
}
