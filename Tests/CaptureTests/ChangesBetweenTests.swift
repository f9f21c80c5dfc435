import Postgres
import TestSupport
import Testing

@Suite("Reading between ticks", .captured, .timeLimit(.minutes(10)))
struct ChangesBetweenTests {
    @Test(
        "sees each committed change once and in order, under load, where a reader by id loses some",
        arguments: Kind.allCases
    )
    func underLoad(kind: Kind) async throws {
        let database = TestDatabase.current
        try await database.run("create table t (id int primary key, v int)")
        try await database.run("select pgsync.attach('t', kind => '\(kind.rawValue)')")
        let (writers, transactions) = (16, Profile.size(kind == .row ? 60 : 100, full: 10_000))
        try await database.connect { late in
            // It has the least id and commits when a reader by id is past it.
            try await late.withSession { _ = try $0.runScript("begin; insert into t values (-1, 1)") }
            async let reading: Void = database.together(["call checks.read()"])
            async let writing: Void = database.together(
                (1...writers).map { "call checks.write('t', \($0), \(transactions), 40)" }
            )
            try await eventually(within: .seconds(300)) {
                try await database.value("select exists (select from checks.naive)") == "t"
            }
            try await late.withSession { _ = try $0.runScript("commit") }
            try await writing
            try await database.run("insert into checks.stop default values")
            try await reading
        }

        let changes = Int(try await database.value("select count(*) from pgsync.sync_logs") ?? "") ?? 0
        #expect(changes > (Profile.isFull ? 1_000_000 : writers * transactions * 3))
        #expect(
            try await database.value(
                "select count(*) from checks.seen full join pgsync.sync_logs using (id) where seen.id is null or sync_logs.id is null"
            ) == "0"
        )
        #expect(
            try await database.value(
                "select count(*) from (select seen.tick < lag(seen.tick) over (partition by record_id order by id) as turned from checks.seen join pgsync.sync_logs using (id)) as seen where turned"
            ) == "0"
        )
        #expect(
            try await database.value(
                "select naive.id is null from pgsync.sync_logs left join checks.naive using (id) where record_id = '-1'"
            ) == "t"
        )
        #expect(try await database.differences("t") == [])
        #expect(try await database.lines("select checks.disorder('t')") == [])
        #expect(try await database.value("select checks.unqueued()") == "0")
    }

    @Test("includes the very first change")
    func first() async throws {
        let database = TestDatabase.current
        try await database.run("create table t (id int primary key); select pgsync.attach('t')")
        let before = try await database.value("select pgsync.tick()") ?? ""
        try await database.run("insert into t values (1)")
        let after = try await database.value("select pgsync.tick()") ?? ""
        #expect(
            try await database.lines("select record_id from pgsync.changes_between(\(before), \(after))") == [
                "1"
            ]
        )
        #expect(
            try await database.lines("select record_id from pgsync.changes_between(null, \(after))") == ["1"]
        )
        #expect(
            try await database.lines("select record_id from pgsync.changes_between(\(after), \(after))") == []
        )
    }

    @Test("finds what was under way at a tick, though its number was the next and its id the last")
    func underWay() async throws {
        try await OwnCluster.with { cluster in
            try await TestDatabase.with(on: cluster) { database in
                try await migrate(database)
                try await database.run("create table t (id int primary key); select pgsync.attach('t')")
                try await database.connect { writer in
                    try await writer.withSession { _ = try $0.runScript("begin; insert into t values (1)") }
                    let before = try await database.value("select pgsync.tick()") ?? ""
                    try await writer.withSession { _ = try $0.runScript("commit") }
                    let after = try await database.value("select pgsync.tick()") ?? ""
                    #expect(
                        try await database.lines(
                            "select record_id from pgsync.changes_between(\(before), \(after))"
                        ) == ["1"]
                    )
                }
            }
        }
    }

    @Test("does not read what came long before")
    func readsLittle() async throws {
        let database = TestDatabase.current
        try await database.run(
            "create table t (id int primary key); select pgsync.attach('t'); insert into t select generate_series(1, 20000)"
        )
        // Transactions of the whole cluster count: those at the first tick must be over at the second.
        try await database.run("select pgsync.tick()")
        try await eventually(within: .seconds(300)) {
            try await database.value(
                "select pg_snapshot_xmin(pg_current_snapshot()) >= next_xid from pgsync.ticks"
            ) == "t"
        }
        let before = try await database.value("select pgsync.tick()") ?? ""
        try await database.run("insert into t values (0)")
        let after = try await database.value("select pgsync.tick()") ?? ""
        try await database.run("select pgsync.tick()")
        try await database.run("analyze pgsync.sync_logs")
        // Counted by the server for the transaction that reads.
        let read = try await database.value(
            """
            select count(*) from pgsync.changes_between(\(before), \(after));
            select pg_stat_get_xact_tuples_returned('pgsync.sync_logs_000001'::regclass)
                + pg_stat_get_xact_tuples_returned('pgsync.sync_logs_pkey'::regclass)
                + pg_stat_get_xact_tuples_fetched('pgsync.sync_logs_000001'::regclass)
            """
        )
        #expect(try #require(read.flatMap(Int.init)) < 100)
    }

    @Test("refuses a tick that is not there, or whose moment would not be its own")
    func refusals() async throws {
        let database = TestDatabase.current
        #expect(
            try await database.refusal(of: "select pgsync.changes_between(null, 7)").message
                == "unknown tick 7"
        )
        #expect(
            try await database.refusal(of: "begin; create table t (); select pgsync.tick()").sqlState
                == .init("25000")
        )
        #expect(
            try await database.refusal(of: "begin isolation level repeatable read; select pgsync.tick()")
                .sqlState == .init("25000")
        )
    }
}
