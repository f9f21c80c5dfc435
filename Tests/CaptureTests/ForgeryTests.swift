import Postgres
import TestSupport
import Testing

@Suite("The log of a table", .captured, .timeLimit(.minutes(10)))
struct ForgeryTests {
    @Test(
        "ends with the row as it is, whatever a session sets while a statement runs within another",
        arguments: Kind.allCases,
        ["", "perform set_config('pgsync.nested', '', true);", "discard sequences;", "reset all;"]
    )
    func nestedStatements(kind: Kind, covering: String) async throws {
        let database = TestDatabase.current
        try await database.withRoles { roles in
            try await database.run(
                """
                create table app.t (id int primary key, v int);
                grant select, insert, update, delete on app.t to \(roles.writer)
                """,
                as: roles.options(roles.owner)
            )
            try await database.run(
                "select pgsync.attach('app.t', kind => '\(kind.rawValue)')",
                as: roles.options(roles.operate)
            )
            let name = try #require(
                try await database.value("select function_name || '_' || version from pgsync.sources")
            )
            try await database.run(
                """
                insert into app.t values (1, 1);
                create function pg_temp.f(k int) returns text language plpgsql as $$begin
                    update app.t set v = 1000000 where id = k;
                    perform set_config('pgsync.\(name)', '', false);
                    \(covering)
                    return 'done';
                end$$;
                -- Once more within a statement, after the note was forgotten.
                create function pg_temp.g(k int) returns text language plpgsql as $$begin
                    perform pg_temp.f(k); update app.t set v = 2000000 where id = k + 1; return 'done';
                end$$;
                insert into app.t values (77, 5) returning pg_temp.f(id);
                insert into app.t values (78, 5) returning pg_temp.f(id);
                insert into app.t values (80, 5);
                insert into app.t values (79, 5) returning pg_temp.g(id);
                """,
                as: roles.options(roles.writer)
            )
            #expect(
                try await database.lines(
                    "select distinct on (record_id) record_id || ' ' || (data ->> 'v') from pgsync.sync_logs order by record_id, id desc"
                ) == ["1 1", "77 1000000", "78 1000000", "79 1000000", "80 2000000"]
            )
        }
    }

    @Test(
        "ends with the row as it is, however deep the text of a statement makes it look",
        arguments: Kind.allCases
    )
    func deepStatements(kind: Kind) async throws {
        let database = TestDatabase.current
        try await database.run(
            """
            create table t (id int primary key, v int); select pgsync.attach('t', kind => '\(kind.rawValue)');
            create function pg_temp.f(k int) returns int language plpgsql as $$begin
                update t set v = 1000000 where id = k; return k; end$$;
            do $$ declare r int; begin
                execute 'insert into t values (77, 5) /*' || repeat(E'\\n', 1100) || '*/ returning pg_temp.f(id)' into r;
            end $$;
            """
        )
        #expect(
            try await database.value("select data ->> 'v' from pgsync.sync_logs order by id desc limit 1")
                == "1000000"
        )
    }

    @Test("cannot be written by a role that owns or operates other tables, nor its sequences be set")
    func rights() async throws {
        let database = TestDatabase.current
        try await database.withRoles { roles in
            try await database.run(
                "create table app.t (id int primary key, v int); grant all on app.t to \(roles.writer)",
                as: roles.options(roles.owner)
            )
            try await database.run(
                "create table other.t (id int primary key, v int)",
                as: roles.options(roles.stranger)
            )
            try await database.run(
                "select pgsync.attach('app.t'), pgsync.attach('other.t')",
                as: roles.options(roles.operate)
            )
            let name = try #require(
                try await database.value(
                    "select function_name from pgsync.sources where table_name = 'app.t'"
                )
            )
            for role in [roles.owner, roles.stranger, roles.operate, roles.writer] {
                for statement in [
                    "create trigger x after insert on other.t for each statement execute function pgsync.\(name)()",
                    "create trigger x after insert on app.t for each statement execute function pgsync.\(name)()",
                    "select pgsync.\(name)_read(null, null, null)",
                    "select setval('pgsync.\(name)_nesting', 1)",
                    "select pgsync.note_nesting('pgsync.\(name)_nesting', 'x.y', '')",
                    "insert into pgsync.sync_logs (source_table, record_id, action, slot) values ('app.t', '1', 'update', 1)",
                    "insert into pgsync.sync_queue (log_id, slot) values (1, 1)",
                    "create table pgsync_read.t (a int)",
                    "set role pgsync_capture",
                ] {
                    #expect(
                        try await database.refusal(of: statement, as: roles.options(role)).sqlState
                            == .init("42501"),
                        "\(role): \(statement)"
                    )
                }
            }
        }
    }

    @Test("takes no rows from a trigger that attach has not made")
    func foreignTriggers() async throws {
        let database = TestDatabase.current
        try await database.withRoles { roles in
            try await database.run(
                "create table app.t (id int primary key, v int)",
                as: roles.options(roles.owner)
            )
            try await database.run(
                "create table other.t (id int primary key, v int)",
                as: roles.options(roles.stranger)
            )
            // Within the transaction of attach the owner may run the function; at its end a foreign trigger shows.
            for table in ["app.t", "other.t"] {
                let refusal = try await database.refusal(
                    of: """
                        begin;
                        select pgsync.attach('app.t');
                        set local role \(table == "app.t" ? roles.owner : roles.operate);
                        do $$begin execute format(
                            'create trigger x after insert on \(table) for each statement execute function pgsync.%I()',
                            (select proname from pg_proc where proname ~ '^capture_app_t_[0-9]+$')
                        ); end$$;
                        commit
                        """,
                    as: roles.options(roles.operate)
                )
                #expect(refusal.sqlState == .init("42501"), "\(refusal.message)")
            }
            try await database.run("select pgsync.attach('app.t')", as: roles.options(roles.operate))
            // A superuser can; the function refuses the rows of another table.
            try await database.run(
                """
                do $$begin execute format(
                    'create trigger x after insert on other.t referencing new table as new_rows for each statement execute function pgsync.%I()',
                    (select function_name from pgsync.sources)
                ); end$$
                """
            )
            let refusal = try await database.refusal(of: "insert into other.t values (1, 1)")
            #expect(refusal.message.contains("captures a table other than other.t"))
            #expect(
                try await database.lines(
                    "select found from pgsync.inspect_capture() where finding = 'foreign_trigger'"
                ) == ["x on other.t uses the capture function of app.t but is not as attach creates it"]
            )
        }
    }

    @Test("is never made by a text that a name has ended", arguments: Kind.allCases)
    func hostileNames(kind: Kind) async throws {
        let database = TestDatabase.current
        let names = [
            "a$capture$;select app.f();select $capture$", "a$template$;select app.f();select $template$",
            "$$;select app.f();$$", "'; select app.f(); --", "\\'; select app.f(); --", "{root}", "{version}",
            "{new}",
            "{old}", "{rows}", "{changes}", "%s", "%1$s", "%I", "v_stale", "new", "old", "made", "gone",
            "content",
            "record_id", "\u{1B}[31m",
        ]
        try await database.withRoles { roles in
            let columns = names.map { "\"\($0)\" int, " }.joined()
            try await database.run(
                """
                create table app.called (who name); grant all on app.called to public; grant usage on schema app to public;
                create function app.f() returns void language sql as 'insert into app.called select current_user';
                create table app."t$capture$;select app.f()" (
                    "id$capture$;select app.f();select $capture$" int primary key, \(columns) l int[]
                )
                """,
                as: roles.options(roles.owner)
            )
            let table = "app.\"t$capture$;select app.f()\""
            try await database.run(
                "set check_function_bodies = off; select pgsync.attach('\(table)', kind => '\(kind.rawValue)')",
                as: roles.options(roles.operate)
            )
            try await database.run(
                "alter table \(table) add \"b$capture$;select app.f();select $capture$\" int[]",
                as: roles.options(roles.owner)
            )
            try await database.run(
                "set check_function_bodies = off; set role pgsync_worker; select pgsync.renew_capture()"
            )
            let values = names.indices.map { String($0 + 2) }.joined(separator: ", ")
            try await database.run(
                "insert into \(table) values (1, \(values), '{\(names.count + 2)}', '{\(names.count + 3)}'); update \(table) set \"{root}\" = 0; update \(table) set \"id$capture$;select app.f();select $capture$\" = 2",
                as: roles.options(roles.owner)
            )
            #expect(try await database.lines("select who from app.called") == [])
            let numbers = try await database.lines(
                """
                select coalesce(field.value ->> 0, field.value #>> '{}')::int
                from pgsync.sync_logs as log cross join jsonb_each(log.data) as field where log.id = 1 order by 1
                """
            )
            #expect(numbers.compactMap { Int($0) } == Array(1...(names.count + 3)))
        }
    }

    @Test("believes nothing that an operator says of a table but what he wants")
    func installCapture() async throws {
        let database = TestDatabase.current
        try await database.withRoles { roles in
            try await database.run(
                "create table app.t (id int primary key, v int)",
                as: roles.options(roles.owner)
            )
            try await database.run("select pgsync.attach('app.t')", as: roles.options(roles.operate))
            try await database.run(
                """
                select pgsync.install_capture(jsonb_populate_record(source, '{
                    "table_name": "a.b.c.d\\"", "function_name": "refuse_change", "version": 99, "shape": {}
                }')) from pgsync.sources as source
                """,
                as: roles.options(roles.operate)
            )
            #expect(
                try await database.lines("select table_name || ' ' || version from pgsync.sources") == [
                    "app.t 2"
                ]
            )
            #expect(try await database.lines("select finding from pgsync.inspect_capture()") == [])
        }
    }
}
