import Postgres
import TestSupport
import Testing

@Suite("Capture, whichever kind of trigger,", .captured, .timeLimit(.minutes(10)))
struct CaptureKindTests {
    /// Statements on a table, and what must be in the log after them.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var table = "create table t (id int primary key, v text, w int)"
        var options = ""
        let script: String
        /// Nil where the kinds may say it in other words: the folded log is compared in any case.
        var history: [String]?
    }

    static let cases: [Case] = [
        Case(
            testDescription: "insert, update and delete",
            script: "insert into t values (1, 'a', 1); update t set v = 'b'; delete from t",
            history: ["create 1", "update 1", "delete 1"]
        ),
        Case(
            testDescription: "an update that changes nothing",
            script: "insert into t values (1, 'a', 1), (2, 'b', 2); update t set v = v; update t set v = 'a'",
            history: ["create 1", "create 2", "update 2"]
        ),
        Case(
            testDescription: "an update of what is not captured",
            options: ", columns => array['v']",
            script: "insert into t values (1, 'a', 1); update t set w = 2; update t set v = 'b'",
            history: ["create 1", "update 1"]
        ),
        Case(
            testDescription: "columns left out",
            options: ", exclude => array['w']",
            script: "insert into t values (1, 'a', 1); update t set w = 2; update t set v = 'b'",
            history: ["create 1", "update 1"]
        ),
        Case(
            testDescription: "a change of the key",
            script: "insert into t values (1, 'a', 1), (2, 'b', 2); update t set id = 10 where id = 1"
        ),
        Case(
            testDescription: "keys that move by one",
            table: "create table t (id int primary key deferrable, v text, w int)",
            script: """
                insert into t select g, 'v' || g from generate_series(1, 5) as g; update t set id = id + 1;
                update t set id = id - 1; update t set id = case id when 2 then 3 else 2 end where id in (2, 3)
                """
        ),
        Case(
            testDescription: "upserts",
            script: """
                insert into t values (1, 'a', 1); insert into t values (1, 'b', 1), (2, 'c', 2)
                on conflict (id) do update set v = excluded.v; insert into t values (1, 'x') on conflict do nothing
                """
        ),
        Case(
            testDescription: "delete and insert again in one transaction",
            script: "insert into t values (1, 'a', 1); delete from t; insert into t values (1, 'b', 2)",
            history: ["create 1", "delete 1", "create 1"]
        ),
        Case(
            testDescription: "savepoints and rollbacks",
            script: """
                begin; insert into t values (1, 'a', 1); savepoint s; update t set v = 'b';
                insert into t values (2, 'c', 2); rollback to s; commit; begin; delete from t; rollback
                """,
            history: ["create 1"]
        ),
        Case(
            testDescription: "TRUNCATE",
            script: "insert into t values (1, 'a', 1); truncate t; insert into t values (2, 'a', 1)",
            history: ["create 1", "truncate ", "create 2"]
        ),
        Case(
            testDescription: "names with odd characters",
            table: #"""
                create schema "Sch ema'"; create table "Sch ema'"."ta""b le" ("I d" int, "select" text, "ünï" text, "a'b" int,
                found boolean, "tg_op" text, v_stale text, image text, record_id text, content text, absent text, "new" int,
                primary key ("I d", "select")); create view t as select * from "Sch ema'"."ta""b le"
                """#,
            script: #"""
                insert into "Sch ema'"."ta""b le" values (1, 'x "y', 'ü', 1, true, 'o', 's', 'i', 'r', 'c', 'a', 1);
                update "Sch ema'"."ta""b le" set found = false, "new" = 2
                """#,
            history: [#"create [1, "x \"y"]"#, #"update [1, "x \"y"]"#]
        ),
        Case(
            testDescription: "composite keys",
            table: "create table t (a int, b uuid, c timestamptz, v int, primary key (a, b, c))",
            script: """
                insert into t values (1, '00000000-0000-0000-0000-000000000001', '2020-01-01 00:00+02', 1);
                update t set v = 2; update t set a = 2; delete from t where a = 1
                """
        ),
        Case(
            testDescription: "keys of text that look alike",
            table: "create table t (id text primary key, v int)",
            script: """
                insert into t values ('', 1), ('null', 2), ('1', 3), (' 1', 4), ('é', 5), (E'e\\u0301', 6), ('"', 7);
                update t set v = v + 1; update t set id = id || 'x' where v > 6
                """
        ),
        Case(
            testDescription: "numeric keys that are equal and differ",
            table: "create table t (id numeric primary key, v int)",
            script: "insert into t values (1.0, 1); update t set id = 1.00; update t set v = 2"
        ),
        Case(
            testDescription: "generated columns",
            table:
                "create table t (id int generated always as identity primary key, v int, w int generated always as (v * 2) stored)",
            script: "insert into t (v) values (1), (2); update t set v = 3 where id = 1",
            history: ["create 1", "create 2", "update 1"]
        ),
        Case(
            testDescription: "a long text that an update leaves alone",
            script: "insert into t values (1, repeat(md5('x'), 32768), 1); update t set w = 2",
            history: ["create 1", "update 1"]
        ),
        Case(
            testDescription: "actions left out",
            options: ", actions => array['create', 'update', 'delete']",
            script: "insert into t values (1, 'a', 1); delete from t; truncate t",
            history: ["create 1", "delete 1"]
        ),
        Case(
            testDescription: "a user trigger that changes the row again",
            table: """
                create table t (id int primary key, v text, w int default 0);
                create function again() returns trigger language plpgsql as $$begin
                    if new.w < 3 then update t set w = w + 1 where id = new.id; end if; return null;
                end$$;
                create trigger again after insert or update on t for each row execute function again()
                """,
            script: "insert into t (id, v) values (1, 'a'), (2, 'b'); update t set w = 1, v = 'c'"
        ),
        Case(
            testDescription: "a user trigger whose name sorts first and that deletes what was inserted",
            table: """
                create table t (id int primary key, v text, w int default 0);
                create function "0"() returns trigger language plpgsql as $$begin
                    delete from t where w = 9; update t set v = v || '!' where id = 1; return null;
                end$$;
                create trigger "00" after insert on t execute function "0"()
                """,
            script:
                "insert into t values (1, 'a', 1), (2, 'b', 9); insert into t values (3, 'c', 9), (4, 'd', 1)"
        ),
        Case(
            testDescription: "a user trigger before the row that changes other rows",
            table: """
                create table t (id int primary key, v text, w int default 0);
                create function others() returns trigger language plpgsql as $$begin
                    if pg_trigger_depth() = 1 then update t set w = w + 1 where id <> new.id; end if; return new;
                end$$;
                create trigger others before insert or update on t for each row execute function others()
                """,
            script:
                "insert into t values (1, 'a'); insert into t values (2, 'b'); insert into t values (3, 'c'); update t set v = 'd' where id = 2"
        ),
        Case(
            testDescription: "a foreign key of the table to itself that cascades",
            table: """
                create table t (id int primary key, v text, w int references t on update cascade on delete cascade)
                """,
            script: """
                insert into t values (1, 'a', null), (2, 'b', 1), (3, 'c', 2), (4, 'd', 2); update t set id = 20 where id = 2;
                update t set id = 10 where id = 1; delete from t where id = 20
                """
        ),
    ]

    @Test("folds to the table itself", arguments: cases + statementsWithinStatements, Kind.allCases)
    func foldsToTheTable(_ the: Case, kind: Kind) async throws {
        let database = TestDatabase.current
        try await database.run(the.table)
        let table = the.table.contains("create view t") ? #""Sch ema''"."ta""b le""# : "t"
        try await database.run("select pgsync.attach('\(table)', kind => '\(kind.rawValue)'\(the.options))")
        try await database.run(the.script)
        #expect(try await database.differences(table) == [])
        if let history = the.history { #expect(try await database.history(table) == history) }
        #expect(try await database.value("select checks.unqueued()") == "0")
        #expect(try await database.lines("select finding || found from pgsync.inspect_capture()") == [])
    }

    @Test("captures cascades into other tables", arguments: Kind.allCases)
    func cascades(kind: Kind) async throws {
        let database = TestDatabase.current
        try await database.run(
            """
            create table a (id int primary key, v int);
            create table b (id int primary key, a int references a on update cascade on delete cascade);
            create table c (id int primary key, b int references b on delete set null);
            insert into a values (0, 0);
            select pgsync.attach(t, kind => '\(kind.rawValue)') from unnest(array['a', 'b', 'c']::regclass[]) as t;
            """
        )
        try await database.run(
            "delete from a; insert into a values (1), (2); insert into b values (1, 1), (2, 2); insert into c values (1, 1), (2, 2)"
        )
        try await database.run("update a set id = 10 where id = 1")
        try await database.run("delete from a where id = 2")
        for table in ["a", "b", "c"] where table != "a" {
            #expect(try await database.differences(table) == [], "\(table)")
        }
        #expect(try await database.history("b") == ["create 1", "create 2", "update 1", "delete 2"])
        #expect(try await database.history("c") == ["create 1", "create 2", "update 2"])
    }

    @Test("captures COPY", arguments: Kind.allCases)
    func copy(kind: Kind) async throws {
        let database = TestDatabase.current
        try await database.run(
            "create table t (id int primary key, v text); select pgsync.attach('t', kind => '\(kind.rawValue)')"
        )
        try await database.session { session in
            _ = try session.copyIn("copy t from stdin") { writer in
                try writer.write(row: ["1", "a"])
                try writer.write(row: ["2", nil])
            }
        }
        #expect(try await database.history("t") == ["create 1", "create 2"])
        #expect(try await database.differences("t") == [])
    }

    @Test(
        "captures MERGE",
        .enabled("PostgreSQL 14 has none") { try await SharedCluster.majorVersion() >= 15 },
        arguments: Kind.allCases
    )
    func merge(kind: Kind) async throws {
        let database = TestDatabase.current
        try await database.run(
            "create table t (id int primary key, v text); select pgsync.attach('t', kind => '\(kind.rawValue)')"
        )
        try await database.run(
            """
            insert into t values (1, 'a'), (2, null);
            merge into t using (values (1, 'x'), (2, null), (3, 'y')) as s (id, v) on t.id = s.id
            when matched and s.v is null then delete when matched then update set v = s.v
            when not matched then insert values (s.id, s.v)
            """
        )
        #expect(try await database.differences("t") == [])
        #expect(try await database.history("t").count == 5)
    }

    @Test("keeps what was there before an update, where asked to", arguments: Kind.allCases)
    func beforeImage(kind: Kind) async throws {
        let database = TestDatabase.current
        try await database.run(
            """
            create table t (id int primary key, v text);
            select pgsync.attach('t', kind => '\(kind.rawValue)', before_image => true)
            """
        )
        try await database.run("insert into t values (1, 'a'); update t set v = 'b'; delete from t")
        let images = try await database.lines(
            "select coalesce(old_data ->> 'v', '-') || ' ' || (data ->> 'v') from pgsync.sync_logs order by id"
        )
        #expect(images == ["- a", "a b", "- b"])
    }

    @Test("notes origin and correlation of the transaction alone", arguments: Kind.allCases)
    func origin(kind: Kind) async throws {
        let database = TestDatabase.current
        try await database.run(
            "create table t (id int primary key); select pgsync.attach('t', kind => '\(kind.rawValue)')"
        )
        try await database.session { session in
            try session.runScript(
                "begin; set local pgsync.origin = 'node 2'; set local pgsync.correlation_id = 'c'; insert into t values (1); commit"
            )
            try session.runScript("insert into t values (2)")
        }
        let marks = try await database.lines(
            "select concat_ws(' ', origin, correlation_id) from pgsync.sync_logs order by id"
        )
        #expect(marks == ["node 2 c", ""])
    }
}
