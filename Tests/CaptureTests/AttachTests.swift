import Postgres
import TestSupport
import Testing

@Suite("Attaching a table", .captured, .timeLimit(.minutes(10)))
struct AttachTests {
    static let table = "create table t (id int primary key, v int, w int not null default 0);"

    @Test("in a dry run says what it would do and does nothing", arguments: ["t", "p"])
    func dryRun(table: String) async throws {
        let database = TestDatabase.current
        try await database.run("\(Self.table) create table p (id int primary key) partition by hash (id)")
        let everything = CatalogDump.query
        let before = try await database.lines(everything)
        let steps = try await database.lines("select pgsync.attach('\(table)', dry_run => true)")
        #expect(steps.first?.hasPrefix("would create function pgsync.capture_") == true)
        #expect(steps.contains { $0.hasPrefix("create or replace trigger \"000_pgsync_update\"") })
        #expect(steps.contains { $0.hasPrefix("would create function pgsync_read.") })
        #expect(try await database.lines(everything) == before)
        #expect(try await database.value("select count(*) from pg_trigger where tgname like '000%'") == "0")
        #expect(
            try await database.lines("select pgsync.attach('\(table)')").dropFirst(2) == steps.dropFirst(2)
        )
    }

    @Test(
        "is refused with what to do about it",
        arguments: [
            ("create table n (a int); select pgsync.attach('n')", "has no primary key"),
            ("create view w as select 1; select pgsync.attach('w')", "is not a table"),
            ("create temp table n (a int primary key); select pgsync.attach('n')", "is a temporary table"),
            ("select pgsync.attach('pgsync.ticks')", "must not be attached"),
            ("select pgsync.attach('pg_class')", "must not be attached"),
            ("alter table t owner to pgsync_operator; select pgsync.attach('t')", ", a role of pgsync"),
            ("select pgsync.attach('t', columns => array['x'])", "has no column x"),
            ("select pgsync.attach('t', exclude => array['id'])", "cannot be excluded"),
            ("select pgsync.attach('t', exclude => array['x'])", "has no column x"),
            ("select pgsync.attach('t', columns => array['v'], exclude => array['v'])", "not both"),
            ("select pgsync.attach('t', key_columns => array['v'])", "can be null"),
            ("select pgsync.attach('t', key_columns => array['w'])", "which is not unique"),
            (
                "create unique index on t (w) where v > 0; select pgsync.attach('t', key_columns => array['w'])",
                "which is not unique"
            ),
            ("create unlogged table n (a int primary key); select pgsync.attach('n')", "is unlogged"),
            (
                "create function f() returns trigger language plpgsql as 'begin return null; end'; create trigger \"000_pgsync_insert\" after insert on t execute function f(); select pgsync.attach('t')",
                "with names reserved for capture: \"000_pgsync_insert\" on public.t"
            ),
            ("select pgsync.attach('t', kind => 'both')", "kind must be"),
            ("select pgsync.attach('t', actions => array['upsert'])", "actions must be"),
            (
                "insert into pgsync.excluded_tables values ('Odd%', 't', 'Never.'); create schema \"Odd One\"; create table \"Odd One\".t (id int primary key); select pgsync.attach('\"Odd One\".t')",
                "must not be attached: Never."
            ),
            (
                "create table n (pgsync_row int primary key); select pgsync.attach('n')",
                "reserved for capture functions"
            ),
        ]
    )
    func refusals(script: String, message: String) async throws {
        try await TestDatabase.current.run(Self.table)
        let refusal = try await TestDatabase.current.refusal(of: script)
        #expect(refusal.message.contains(message), "\(refusal.message)")
        #expect(try await TestDatabase.current.value("select count(*) from pgsync.sources") == "0")
    }

    @Test("waits beside the queue of writers, who go on meanwhile")
    func patience() async throws {
        let database = TestDatabase.current
        try await database.run("\(Self.table) insert into t values (1, 1), (2, 2)")
        try await database.connect { holder in
            try await holder.withSession { _ = try $0.runScript("begin; update t set v = 2 where id = 1") }
            async let patient = database.lines("select pgsync.attach('t', patience => '1 hour')")
            // It stands in the queue at one moment and not at another; others write in between.
            let waiting = "exists (select from pg_locks where relation = 't'::regclass and not granted)"
            func wait(until condition: String) async throws {
                try await database.run(
                    "do $$begin while not \(condition) loop perform pg_sleep(0.002); end loop; end$$"
                )
            }
            for value in 1...3 {
                try await wait(until: waiting)
                try await wait(until: "not \(waiting)")
                try await database.run("update t set v = \(value) where id = 2")
            }
            try await wait(until: waiting)
            try await holder.withSession { _ = try $0.runScript("commit") }
            #expect(try await patient.count > 1)
        }
        #expect(try await database.lines("select found from pgsync.inspect_capture()") == [])
    }

    @Test("gives up naming who is in the way")
    func impatience() async throws {
        let database = TestDatabase.current
        try await database.run(Self.table)
        try await database.connect { holder in
            let pid = try await holder.withSession { session in
                _ = try session.runScript("begin; insert into t values (1, 1)")
                return session.processID
            }
            let refusal = try await database.refusal(of: "select pgsync.attach('t', patience => '0')")
            #expect(refusal.sqlState == .init("55P03"))
            #expect(refusal.detail?.contains("process \(pid)") == true)
        }
    }

    @Test("begins a backfill where it is asked to")
    func backfill() async throws {
        let database = TestDatabase.current
        try await database.run("\(Self.table) insert into t values (1, 1)")
        let planned = try await database.lines("select pgsync.attach('t', backfill => true, dry_run => true)")
        #expect(planned.last == "would start a backfill")
        #expect(try await database.value("select count(*) from pgsync.sync_progress") == "0")
        let done = try await database.lines("select pgsync.attach('t', backfill => true)")
        #expect(done.last == "started backfill 1; to continue: pgsync backfill 'public.t'")
        #expect(try await database.value("select row_count from pgsync.backfill_step(1)") == "1")
    }

    @Test("makes a version each time, which the changes name")
    func versions() async throws {
        let database = TestDatabase.current
        try await database.run("\(Self.table) select pgsync.attach('t'); insert into t values (1, 1)")
        try await database.run(
            "select pgsync.attach('t', exclude => '{w}', kind => 'row'); update t set v = 2; truncate t"
        )
        try await database.run(
            "alter table t add z int; select pgsync.detach('t'); select pgsync.attach('t')"
        )
        try await database.run(
            "insert into t values (2, 2); select pgsync.start_backfill('t'); select pgsync.backfill_step(1)"
        )
        #expect(
            try await database.lines(
                "select action || ' ' || source_version from pgsync.sync_logs where action <> 'delete' order by id"
            )
                == ["create 1", "update 2", "truncate 2", "create 3", "create 3"]
        )
        #expect(
            try await database.lines(
                "select concat_ws(' ', version, trigger_kind, captured_columns::text, (select count(*) from jsonb_each(shape))) from pgsync.source_versions order by version"
            ) == ["1 statement 3", "2 row {id,v} 3", "3 statement 4"]
        )
    }

    @Test("again with other options loses nothing that is written meanwhile")
    func again() async throws {
        let database = TestDatabase.current
        try await database.run("\(Self.table) select pgsync.attach('t')")
        async let writing: Void = database.together(
            (1...4).map { "call checks.write('t', \($0), \(Profile.size(80, full: 5000)), 30)" }
        )
        for options in [
            "kind => 'row'", "kind => 'statement', before_image => true", "before_image => true",
            // All of them, so that it does not matter which was in force when a row was written last.
            "kind => 'row', columns => array['v', 'w']", "",
        ] {
            try await database.run("select pgsync.attach('t'\(options.isEmpty ? "" : ", \(options)"))")
        }
        try await writing
        #expect(try await database.differences("t") == [])
        #expect(try await database.lines("select checks.disorder('t')") == [])
        #expect(try await database.lines("select found from pgsync.inspect_capture()") == [])
    }

    @Test("with fewer actions takes the other triggers away, and row triggers give way to statement triggers")
    func fewerActions() async throws {
        let database = TestDatabase.current
        try await database.run(
            "\(Self.table) select pgsync.attach('t', kind => 'row'); select pgsync.attach('t', kind => 'statement', actions => array['create'])"
        )
        let triggers = try await database.lines(
            "select pg_get_triggerdef(oid) from pg_trigger where tgrelid = 't'::regclass"
        )
        #expect(triggers.count == 1)
        #expect(triggers.first?.contains("FOR EACH STATEMENT") == true)
        try await database.run("insert into t values (1, 1); update t set v = 2; delete from t")
        #expect(try await database.history("t") == ["create 1"])
    }

    @Test("can be undone; the history stays")
    func detach() async throws {
        let database = TestDatabase.current
        try await database.run(
            "\(Self.table) alter table t enable row level security; select pgsync.attach('t'); insert into t values (1, 1)"
        )
        #expect(try await database.lines("select pgsync.detach('t', dry_run => true)").count == 5)
        #expect(try await database.value("select count(*) from pgsync.sources where attached") == "1")
        try await database.run("select pgsync.detach('t'); insert into t values (2, 1)")
        #expect(try await database.history("t") == ["create 1"])
        let left = """
            select (select count(*) from pg_trigger where tgrelid = 't'::regclass) + (select count(*) from pg_policy where polrelid = 't'::regclass)
                + (select count(*) from pg_proc where proname like 'capture_public_t%') + has_table_privilege('pgsync_capture', 't', 'select')::int
            """
        #expect(try await database.value(left) == "0")
        #expect(
            try await database.refusal(of: "select pgsync.detach('t')").message.contains("is not attached")
        )
        try await database.run("select pgsync.attach('t'); insert into t values (3, 1)")
        #expect(try await database.history("t") == ["create 1", "create 3"])
    }

    @Test("can also be undone when the table is gone")
    func detachDropped() async throws {
        let database = TestDatabase.current
        try await database.run(
            "\(Self.table) select pgsync.attach('t'); insert into t values (1, 1); drop table t"
        )
        let remedy = try await database.value("select remedy from pgsync.inspect_capture()") ?? ""
        try await database.run("set role pgsync_operator; " + (remedy.split(separator: ";").first ?? ""))
        #expect(try await database.lines("select found from pgsync.inspect_capture()") == [])
        #expect(try await database.value("select count(*) from pgsync.sync_logs") == "1")
    }

    @Test("is for an operator who may act as the owner of the table")
    func operators() async throws {
        let database = TestDatabase.current
        try await database.withApplicationRole { role, options in
            try await database.run(
                "\(Self.table) create schema own authorization \(role); grant pgsync_operator to \(role)"
            )
            #expect(
                try await database.refusal(of: "select pgsync.attach('t')", as: options).sqlState
                    == .init("42501")
            )
            // Triggers alone are not enough: what reads the rows again has to be the owner's.
            try await database.run("grant trigger on t to \(role)")
            let refusal = try await database.refusal(of: "select pgsync.attach('t')", as: options)
            #expect(refusal.message.contains("can only be attached by its owner"))
            #expect(refusal.hint?.contains("to \(role);") == true)
            try await database.run(
                "create table own.mine (id int primary key); select pgsync.attach('own.mine'); insert into own.mine values (1); select pgsync.detach('own.mine')",
                as: options
            )
            #expect(
                try await database.value("select count(*) from pgsync.sync_logs where record_id = '1'") == "1"
            )
        }
    }

    @Test("makes functions that plpgsql_check finds nothing wrong with", arguments: Kind.allCases)
    func generatedFunctions(kind: Kind) async throws {
        let database = TestDatabase.current
        try await database.run(
            """
            create extension plpgsql_check; create extension hstore;
            create table t (a int, b text, h hstore, l int[], j json, primary key (a, b));
            select pgsync.attach('t', kind => '\(kind.rawValue)', before_image => true)
            """
        )
        let problems = try await database.lines(
            """
            select found.message from pg_trigger as trigger
            cross join lateral plpgsql_check_function_tb(
                trigger.tgfoid, trigger.tgrelid, newtable => case when trigger.tgnewtable is not null then 'new_rows' end,
                oldtable => case when trigger.tgoldtable is not null then 'old_rows' end
            ) as found
            where trigger.tgname in ('000_pgsync_update') and found.level = 'error'
            """
        )
        #expect(problems == [])
    }
}
