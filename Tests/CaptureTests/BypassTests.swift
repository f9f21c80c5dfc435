// Long because each way around the triggers has its case in one list.
import Postgres
import TestSupport
import Testing

@Suite("A way around the triggers", .captured, .timeLimit(.minutes(10)))
struct BypassTests {
    static let table =
        "create table t (id int primary key, v int); select pgsync.attach('t'); insert into t values (1, 1);"

    @Test("that only pretends to be one is captured", arguments: ["replica", "local", "origin"])
    func replicationRole(role: String) async throws {
        let database = TestDatabase.current
        try await database.run(
            "create table t (id int primary key, v int); select pgsync.attach('t', kind => 'row')"
        )
        try await database.run(
            "set session_replication_role = \(role); insert into t values (1, 1); update t set v = 2; delete from t; truncate t"
        )
        #expect(try await database.history("t") == ["create 1", "update 1", "delete 1", "truncate "])
    }

    @Test(
        "is found by inspection",
        arguments: [
            ("alter table t disable trigger \"000_pgsync_insert\"", "trigger_disabled"),
            ("alter table t disable trigger user", "trigger_disabled"),
            ("alter table t enable trigger \"000_pgsync_delete\"", "trigger_disabled"),
            ("drop trigger \"000_pgsync_update\" on t", "trigger_missing"),
            ("alter table t alter v type bigint using v * 100", "column_retyped"),
            ("alter table t drop v", "column_dropped"),
            ("alter table t rename v to w", "column_renamed"), ("alter table t add w int", "column_added"),
            ("alter table t rename to u", "table_renamed"),
            ("alter table t rename to u; create table t (id int primary key, v int)", "table_swapped"),
            ("drop table t", "table_dropped"),
            (
                "create table root (id int primary key, v int) partition by range (id); alter table root attach partition t for values from (0) to (9)",
                "writes_missed"
            ),
            ("create table child () inherits (t)", "writes_missed"),
            (
                "create subscription s connection 'dbname=nowhere' publication p with (connect = false); insert into pg_subscription_rel (srsubid, srrelid, srsubstate) select oid, 't'::regclass, 'r' from pg_subscription",
                "writes_missed"
            ),
            ("alter table t set unlogged", "table_unlogged"),
            ("alter table t drop constraint t_pkey", "key_not_unique"),
            (
                "do $$begin execute (select format('drop function %s', oid::regprocedure) from pg_proc where pronamespace = 'pgsync_read'::regnamespace limit 1); end$$",
                "reader_missing"
            ),
            (
                "do $$begin execute (select format('alter function %s security invoker', tgfoid::regprocedure) from pg_trigger where tgname = '000_pgsync_insert'); end$$",
                "function_changed"
            ),
            (
                "do $$begin execute (select format('alter function %s set extra_float_digits = -10', tgfoid::regprocedure) from pg_trigger where tgname = '000_pgsync_insert'); end$$",
                "function_changed"
            ),
            (
                "do $$begin execute (select replace(pg_get_functiondef(tgfoid), 'begin', 'begin return null; ') from pg_trigger where tgname = '000_pgsync_insert'); end$$",
                "function_changed"
            ),
        ]
    )
    func isFound(bypass: String, finding: String) async throws {
        let database = TestDatabase.current
        try await database.run(Self.table)
        #expect(try await database.lines("select found from pgsync.inspect_capture()") == [])
        try await database.run(bypass)
        #expect(
            try await database.lines("select distinct finding from pgsync.inspect_capture()") == [finding]
        )
        // A subscription outlives its database's drop unless it is let go of.
        if bypass.hasPrefix("create subscription") {
            try await database.run(
                "delete from pg_subscription_rel; alter subscription s set (slot_name = none); drop subscription s"
            )
        }
    }

    @Test(
        "is settled by what inspection says",
        arguments: [
            "alter table t disable trigger user", "drop trigger \"000_pgsync_update\" on t",
            "alter table t rename to u",
            "alter table t enable row level security", "alter table t rename id to ident",
            "alter table t add w int", "drop table t", "alter table t set unlogged",
            "alter table t drop constraint t_pkey",
        ]
    )
    func remedy(bypass: String) async throws {
        let database = TestDatabase.current
        try await database.run("\(Self.table) \(bypass)")
        for remedy in try await database.lines(
            "select distinct split_part(remedy, ';', 1) from pgsync.inspect_capture()"
        ) {
            try await database.run(remedy)
        }
        #expect(try await database.lines("select found from pgsync.inspect_capture()") == [])
    }

    @Test(
        "shows in the growth of the table",
        .enabled("before PostgreSQL 15, statistics cannot be flushed by force") {
            try await SharedCluster.majorVersion() >= 15
        }
    )
    func growth() async throws {
        let database = TestDatabase.current
        let unexplained = "select unexplained from pgsync.capture_growth()"
        try await database.run(Self.table)
        try await database.session { session in
            _ = try session.runScript("select pg_stat_force_next_flush()")
            _ = try session.runScript("select pgsync.remember_growth(settling => '0')")
            _ = try session.runScript(
                "insert into t values (2, 2); update t set v = 3; update t set id = 9 where id = 2"
            )
            _ = try session.runScript("select pg_stat_force_next_flush()")
        }
        #expect(try await database.value(unexplained) == "0")
        try await database.run("select pgsync.remember_growth(settling => '0')")
        try await database.session { session in
            _ = try session.runScript(
                "alter table t disable trigger user; insert into t values (3, 3), (4, 4)"
            )
            _ = try session.runScript("select pg_stat_force_next_flush()")
        }
        try await eventually { try await database.value(unexplained) == "2" }
        // What was captured a moment ago may come into the statistics only now.
        try await database.run("alter table t enable always trigger \"000_pgsync_insert\"")
        try await database.session { session in
            _ = try session.runScript("insert into t values (5, 5)")
            _ = try session.runScript("select pgsync.remember_growth()")
            _ = try session.runScript("select pg_stat_force_next_flush()")
        }
        try await eventually {
            try await database.value("select pg_stat_get_tuples_inserted('t'::regclass)") == "5"
        }
        #expect(try await database.value(unexplained) == "0")
    }

    private static let unexplained = "select unexplained from pgsync.capture_growth(settling => '0')"

    /// Has everything that was written so far in the statistics, and counts from here.
    private func rest(_ database: TestDatabase) async throws {
        // A session that has ended may still be about to say what it wrote.
        try await eventually {
            try await database.value(
                "select pg_stat_get_tuples_inserted('t'::regclass) >= (select count(*) from t)"
            ) == "t"
        }
        try await database.session { session in
            _ = try session.runScript("select pg_stat_force_next_flush()")
            _ = try session.runScript("select pgsync.remember_growth(settling => '0')")
        }
    }

    /// Runs statements one by one and sees to it that the statistics know of them.
    private func write(_ database: TestDatabase, _ statements: [String]) async throws {
        try await database.session { session in
            for statement in statements { _ = try? session.runScript(statement) }
            _ = try session.runScript("rollback; select pg_stat_force_next_flush()")
            // Whatever is flushed is flushed before the next statement.
            _ = try session.runScript("select 1")
        }
    }

    @Test(
        "is not what was rolled back or changed nothing",
        arguments: [
            ["begin; insert into t select g, g from generate_series(10, 99) as g", "rollback"],
            ["insert into t values (10, 1), (1, 1)"],
            ["begin; delete from t", "rollback"],
            ["update t set v = v", "update t set v = v"],
            [
                "begin; insert into t values (10, 1); savepoint s; insert into t values (11, 1)",
                "rollback to s; commit",
            ],
        ]
    )
    func falseAlarms(statements: [String]) async throws {
        let database = TestDatabase.current
        try await database.run(Self.table)
        try await rest(database)
        let written = "select written from pgsync.capture_growth()"
        let before = try await database.value(written)
        try await write(database, statements)
        try await eventually { try await database.value(written) != before }
        #expect(try await database.value(Self.unexplained) == "0")
    }

    @Test("is not a write that has to be tried again to be serializable")
    func serializationFailure() async throws {
        let database = TestDatabase.current
        try await database.run(Self.table)
        try await rest(database)
        let attempt = "insert into t select max(id) + 1, 1 from t"
        let disputed = "update t set v = v + 1 where id = 1"
        try await database.connect { connection in
            for _ in 1...3 {
                try await connection.withSession {
                    _ = try $0.runScript("begin isolation level repeatable read; \(attempt)")
                }
                try await database.run(disputed)
                try await connection.withSession { session in
                    let error = #expect(throws: PostgresError.self) { try session.runScript(disputed) }
                    #expect(error?.sqlState?.code == "40001")
                    _ = try session.runScript("rollback; \(attempt); \(disputed)")
                }
            }
        }
        try await eventually {
            try await database.value("select written ->> 'create' from pgsync.capture_growth()") == "6"
        }
        #expect(try await database.value(Self.unexplained) == "0")
    }

    @Test("is not a statement that commits during the look")
    func commitsDuringTheLook() async throws {
        let database = TestDatabase.current
        try await database.run(Self.table)
        try await rest(database)
        // The look has its snapshot and waits; what commits meanwhile is in the statistics before it goes on.
        try await database.connect { writer in
            try await writer.withSession { session in
                _ = try session.runScript(
                    "select pg_advisory_lock(7); begin; insert into t select g, g from generate_series(10, 99) as g"
                )
            }
            async let looked = database.value(
                """
                with held as materialized (select pg_advisory_lock_shared(7))
                select growth.unexplained from held cross join lateral pgsync.capture_growth() as growth
                """
            )
            try await eventually {
                try await database.value(
                    "select count(*) from pg_locks where locktype = 'advisory' and objid = 7 and not granted"
                ) == "1"
            }
            try await writer.withSession { session in
                _ = try session.runScript("commit")
                _ = try session.runScript("select pg_stat_force_next_flush()")
                _ = try session.runScript("select pg_advisory_unlock(7)")
            }
            #expect(try await looked == "0")
        }
    }

    private static let insert = "insert into t values (3, 3), (4, 4);"

    @Test(
        "between two looks shows in the growth, although every trigger is as it was",
        arguments: [
            "alter table t enable trigger user; set session_replication_role = replica; \(insert) "
                + "reset session_replication_role;",
            "alter table t disable trigger all; \(insert)",
            "alter table t disable trigger \"000_pgsync_insert\"; \(insert)",
        ]
    )
    func betweenLooks(bypass: String) async throws {
        let database = TestDatabase.current
        try await database.run(Self.table)
        try await rest(database)
        try await write(
            database,
            [
                bypass,
                """
                do $$ declare s text; begin
                    for s in select format('alter table t enable always trigger %I', tgname) from pg_trigger
                        where tgrelid = 't'::regclass and not tgisinternal
                    loop execute s; end loop;
                end $$
                """,
            ]
        )
        #expect(try await database.lines("select found from pgsync.inspect_capture()") == [])
        try await eventually {
            try await database.value("select unexplained from pgsync.capture_growth()") == "2"
        }
        // Told once, it is counted anew.
        try await database.run("select pgsync.remember_growth()")
        #expect(try await database.value("select unexplained from pgsync.capture_growth()") == "0")
    }

    @Test("by a trigger that was dropped and made again shows in the growth")
    func droppedAndMade() async throws {
        let database = TestDatabase.current
        try await database.run(Self.table)
        try await rest(database)
        try await write(
            database,
            [
                """
                do $$ declare definition text := pg_get_triggerdef(oid) from pg_trigger
                    where tgrelid = 't'::regclass and tgname = '000_pgsync_insert';
                begin
                    drop trigger "000_pgsync_insert" on t;
                    \(Self.insert)
                    execute definition;
                    alter table t enable always trigger "000_pgsync_insert";
                end $$
                """
            ]
        )
        #expect(try await database.lines("select found from pgsync.inspect_capture()") == [])
        try await eventually {
            try await database.value("select unexplained from pgsync.capture_growth()") == "2"
        }
    }

    @Test("by an update shows in the growth beside updates and changes of keys that were captured")
    func updated() async throws {
        let database = TestDatabase.current
        try await database.run(Self.table)
        try await rest(database)
        try await write(
            database,
            [
                "insert into t values (2, 2), (3, 3), (4, 4)", "update t set v = 9 where id = 2",
                "update t set id = 7 where id = 3",
                "alter table t disable trigger \"000_pgsync_update\"; update t set v = 8",
                "alter table t enable always trigger \"000_pgsync_update\"; update t set v = 7 where id = 7",
            ]
        )
        #expect(try await database.lines("select found from pgsync.inspect_capture()") == [])
        try await eventually { try await database.value(Self.unexplained) == "4" }
    }

    @Test("that touches no trigger shows in the rows that live, once the table rests")
    func livingRows() async throws {
        let database = TestDatabase.current
        try await database.run(Self.table)
        try await rest(database)
        try await database.run(
            """
            insert into t values (2, 2), (3, 3), (4, 4); alter table pgsync.sync_logs disable trigger user;
            delete from pgsync.sync_logs where record_id in ('3', '4')
            """
        )
        try await eventually { try await database.value(Self.unexplained) == "2" }
        // A change was captured a moment ago, so nobody can know yet.
        #expect(try await database.value("select unexplained from pgsync.capture_growth()") == "0")
        // And what began at rest goes on until it rests again.
        try await database.run("select pgsync.remember_growth()")
        #expect(try await database.value(Self.unexplained) == "2")
    }

    @Test("that growth has shown is settled by a backfill")
    func growthIsSettled() async throws {
        let database = TestDatabase.current
        let unexplained = "select unexplained from pgsync.capture_growth()"
        try await database.run(Self.table)
        try await database.run(
            "alter table t disable trigger user; insert into t values (3, 3), (4, 4); alter table t enable always trigger \"000_pgsync_insert\""
        )
        try await eventually { try await database.value(unexplained) == "2" }
        try await database.together([BackfillTests.finish(10)])
        #expect(try await database.value(unexplained) == "0")
    }

    @Test(
        "of the immutable log is closed, also to its owner and to replicas",
        arguments: ["sync_logs", "sync_logs_000001"]
    )
    func immutable(table: String) async throws {
        let database = TestDatabase.current
        try await database.run(Self.table)
        for statement in [
            "update pgsync.\(table) set data = null", "delete from pgsync.\(table)",
            "truncate pgsync.\(table)",
        ] {
            for role in ["origin", "replica"] {
                let refusal = try await database.refusal(
                    of: "set session_replication_role = \(role); \(statement)"
                )
                #expect(refusal.message.contains("append-only"))
            }
            let refusal = try await database.refusal(of: "set role pgsync_owner; \(statement)")
            #expect(refusal.message.contains("append-only"))
        }
    }
}
