import Postgres
import TestSupport
import Testing

@Suite("A table that is altered while it is captured", .captured, .timeLimit(.minutes(10)))
struct SchemaChangeTests {
    static let table = """
        create extension hstore;
        create table t (id int primary key, a text, b int[], h hstore, j json, v int, w text);
        """
    static let alterations = [
        "alter table t add z int default 4", "alter table t drop b", "alter table t rename a to aa",
        "alter table t alter v type bigint", "alter table t rename h to hh",
        "alter table t alter w type int using 1",
        "alter table t alter id type bigint", "alter table t rename id to ident", "alter table t drop j",
    ]

    @Test(
        "fails no transaction of sessions that write, and loses no change",
        arguments: Kind.allCases,
        [true, false]
    )
    func whileWriting(kind: Kind, isList: Bool) async throws {
        let database = TestDatabase.current
        let list = isList ? ", columns => array['a', 'b', 'h', 'j', 'v', 'w']" : ""
        try await database.run(Self.table)
        try await database.run(
            """
            select pgsync.attach('t', kind => '\(kind.rawValue)'\(list));
            create table written (total bigint);
            create procedure write(first bigint) language plpgsql as $$
            declare
                n int := 0;
                name text;
            begin
                while not exists (select from checks.stop) or n < 50 loop
                    lock table t in row exclusive mode;
                    select attname into name from pg_attribute where attrelid = 't'::regclass and attnum = 1;
                    execute format('insert into t (%I) values ($1)', name) using first + n;
                    execute format('update t set %1$I = -$1 where %1$I = $1', name) using first + n;
                    execute format('delete from t where %1$I = -$1', name) using first + n;
                    n := n + 1;
                    commit;
                    -- Who alters the table needs the processor.
                    perform pg_sleep(0.002);
                end loop;
                insert into written values (n);
            end$$
            """
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 1...3 {
                group.addTask {
                    try await database.session {
                        _ = try $0.query(Query("call write(\(writer * 1_000_000))"))
                    }
                }
            }
            group.addTask {
                try await database.session { session in
                    for alteration in Self.alterations { _ = try session.runScript(alteration) }
                }
                try await database.run("insert into checks.stop default values")
            }
            try await group.waitForAll()
        }
        // Each round creates, creates anew under another key, and deletes twice.
        let lost = try await database.value(
            """
            select (select sum(total) * 4 from written) - count(*) from pgsync.sync_logs where record_id ~ '^-?[0-9]+$'
            """
        )
        #expect(lost == "0")
        let findings = try await database.lines(
            "select distinct finding from pgsync.inspect_capture() order by 1"
        )
        #expect(findings == ["column_added", "column_dropped", "column_renamed", "column_retyped"])
        try await database.run("select pgsync.reattach('t')")
        #expect(try await database.lines("select found from pgsync.inspect_capture()") == [])
        try await database.run(
            "insert into t (ident, aa, hh, v) values (7, 'a', 'k=>1', 2); update t set v = 3"
        )
        #expect(
            try await database.value(
                "select data ->> 'id' || (data ->> 'a') || (data ->> 'v') from pgsync.sync_logs order by id desc limit 1"
            )
                == "7a3"
        )
    }

    @Test("goes on in a session whose plans were made before", arguments: Kind.allCases, [true, false])
    func sameSession(kind: Kind, isList: Bool) async throws {
        let list = isList ? ", columns => array['a', 'b', 'h', 'j', 'v', 'w']" : ""
        try await TestDatabase.current.run(Self.table)
        try await TestDatabase.current.session { session in
            _ = try session.runScript("select pgsync.attach('t', kind => '\(kind.rawValue)'\(list))")
            var name = "id"
            for alteration in ["select 1"] + Self.alterations {
                _ = try session.runScript(alteration)
                if alteration.contains("rename id") { name = "ident" }
                for statement in [
                    "insert into t (\(name)) values (1), (2)", "update t set \(name) = \(name) + 10",
                    "delete from t",
                ] {
                    _ = try session.execute(Query(statement))
                }
            }
        }
        let count = try await TestDatabase.current.value(
            "select count(*) from pgsync.sync_logs where record_id in ('1', '2', '11', '12')"
        )
        #expect(count == String(8 * (Self.alterations.count + 1)))
    }

    @Test(
        "is followed without its owner where a column was added and all are captured",
        arguments: Kind.allCases
    )
    func renewed(kind: Kind) async throws {
        let database = TestDatabase.current
        try await database.run(
            """
            create table t (id int primary key, l int[]); create table u (id int primary key, l int[]);
            create table w (id int primary key, v int);
            select pgsync.attach(t, kind => '\(kind.rawValue)') from unnest(array['t', 'u']::regclass[]) as t;
            select pgsync.attach('w', columns => '{v}');
            alter table t add f float8; alter table u add f float8; alter table u rename l to m; alter table w add f float8
            """
        )
        // Those whose columns were renamed, and those that store what was named, are left as they are.
        #expect(try await database.lines("set role pgsync_worker; select pgsync.renew_capture()") == ["t"])
        #expect(try await database.lines("set role pgsync_worker; select pgsync.renew_capture()") == [])
        try await database.run(
            "set extra_float_digits = 0; insert into t values (1, '[0:1]={1,2}', 0.1::float8 + 0.2)"
        )
        #expect(
            try await database.value("select data::text from pgsync.sync_logs")
                == #"{"f": 0.30000000000000004, "l": "[0:1]={1,2}", "id": 1}"#
        )
        #expect(
            try await database.lines(
                "select distinct source_table::text from pgsync.inspect_capture() order by 1"
            )
                == ["u", "w"]
        )
    }

    @Test("with a renamed key finds rows changed by a trigger within a trigger", arguments: Kind.allCases)
    func renamedKeyAndNesting(kind: Kind) async throws {
        let database = TestDatabase.current
        try await database.run(
            """
            create table t (id int primary key, v int); select pgsync.attach('t', kind => '\(kind.rawValue)');
            create function again() returns trigger language plpgsql as $$begin
                if new.v < 2 then update t set v = v + 1; end if; return null;
            end$$;
            create trigger again after insert or update on t for each row execute function again();
            alter table t rename id to ident
            """
        )
        try await database.run("insert into t values (1, 0), (2, 0); update t set ident = 3 where ident = 1")
        let last = try await database.lines(
            """
            select log.record_id from (select distinct on (record_id) * from pgsync.sync_logs order by record_id, id desc) as log
            inner join t on t.ident = log.record_id::int and t.v = (log.data ->> 'v')::int where log.action <> 'delete' order by 1
            """
        )
        #expect(last == ["2", "3"])
        #expect(
            try await database.value(
                "select action from pgsync.sync_logs where record_id = '1' order by id desc limit 1"
            ) == "delete"
        )
    }
}
