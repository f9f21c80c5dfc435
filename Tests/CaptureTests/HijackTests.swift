import Postgres
import TestSupport
import Testing

@Suite("Capture cannot be led astray", .captured, .timeLimit(.minutes(10)))
struct HijackTests {
    static let traps = """
        create temp table sync_logs (id bigint, source_table regclass, record_id text, action text, data jsonb, old_data jsonb, origin text, slot smallint, source_version int, correlation_id text); create temp table sync_queue (log_id bigint, slot smallint);
        create temp sequence sync_logs_id_seq; create temp table sources (x int);
        grant all on sync_logs, sync_queue to public; grant usage on sequence sync_logs_id_seq to public;
        """

    @Test("by temporary tables of the same name", arguments: Kind.allCases)
    func temporaryTables(kind: Kind) async throws {
        let database = TestDatabase.current
        try await database.run(
            "create table t (id int primary key); select pgsync.attach('t', kind => '\(kind.rawValue)')"
        )
        try await database.run(
            "\(Self.traps) set search_path = pg_temp, public; insert into public.t values (1)"
        )
        #expect(try await database.history("t") == ["create 1"])
    }

    @Test("while a function that finds its tables by the path of the session is")
    func unprotected() async throws {
        let database = TestDatabase.current
        try await database.run("create table t (id int primary key); select pgsync.attach('t')")
        try await database.run(
            """
            do $$begin execute (
                select replace(pg_get_functiondef(tgfoid), 'into pgsync.', 'into ')
                from pg_trigger where tgname = '000_pgsync_insert'
            ); end$$
            """
        )
        try await database.run(
            "\(Self.traps) set search_path = pg_temp, public, pgsync; insert into public.t values (1)"
        )
        #expect(try await database.history("t") == [])
    }

    @Test("by functions and operators in the path of the session", arguments: Kind.allCases)
    func functionsAndOperators(kind: Kind) async throws {
        let database = TestDatabase.current
        try await database.run(
            """
            create table t (id int primary key, v text); select pgsync.attach('t', kind => '\(kind.rawValue)');
            create function to_jsonb(t) returns jsonb language sql as 'select null::jsonb';
            create function to_jsonb(anyelement) returns jsonb language sql as 'select null::jsonb';
            create function hashtext(text) returns int language sql as 'select 1/0';
            create function same(text, text) returns boolean language sql as 'select false';
            create operator = (leftarg = text, rightarg = text, function = same);
            """
        )
        try await database.run(
            "set search_path = public, pg_catalog, pg_temp; insert into t values (1, 'a'); update t set v = 'b'"
        )
        #expect(
            try await database.lines(
                "set search_path = pg_catalog; select action || (data ->> 'v') from pgsync.sync_logs order by id"
            ) == ["createa", "updateb"]
        )
    }

    @Test("into lending its rights to the cast of a user's type")
    func castOfATypeOfTheUser() async throws {
        let database = TestDatabase.current
        try await database.run(
            """
            create table secret (x int); insert into secret values (1); create table stolen (x text);
            create type pet as enum ('cat'); create table t (id int primary key, v pet);
            select pgsync.attach('t');
            create function leak(pet) returns json language plpgsql as $$begin
                insert into public.stolen select current_user; return '"leaked"'; end$$;
            create cast (pet as json) with function leak(pet);
            """
        )
        try await database.run("insert into t values (1, 'cat'); update t set v = null; delete from t")
        #expect(try await database.lines("select x from stolen") == [])
        #expect(
            try await database.lines("select data ->> 'v' from pgsync.sync_logs order by id") == [
                "cat", "null", "null",
            ]
        )
    }

    @Test("by policies, and asks no rights of the application", arguments: Kind.allCases)
    func rowSecurity(kind: Kind) async throws {
        let database = TestDatabase.current
        try await database.run(
            """
            create table t (id int primary key, tenant text default current_user, v int);
            alter table t enable row level security; alter table t force row level security;
            create policy own on t using (tenant = current_user and v > 0);
            create function again() returns trigger language plpgsql as $$begin
                if new.v < 3 then update t set v = v + 1 where id = new.id; end if; return null;
            end$$;
            create trigger again after insert on t for each row execute function again();
            select pgsync.attach('t', kind => '\(kind.rawValue)', exclude => array['tenant']);
            """
        )
        try await database.withApplicationRole { role, options in
            try await database.run("grant select, insert, update, delete on t to \(role)")
            try await database.run(
                "insert into t (id, v) values (1, 1), (2, 1); update t set v = 9; update t set id = 7 where id = 1; delete from t where id = 2",
                as: options
            )
            try await database.run(
                "set row_security = off; insert into t (id, v) values (3, 4)",
                as: database.superuser
            )
            for table in ["sync_logs", "sync_queue", "sources", "ticks", "sync_progress"] {
                for statement in [
                    "select from pgsync.\(table)", "insert into pgsync.\(table) default values",
                    "delete from pgsync.\(table)",
                ] {
                    #expect(try await database.refusal(of: statement, as: options).sqlState == .init("42501"))
                }
            }
            #expect(
                try await database.refusal(of: "select pgsync.attach('t')", as: options).sqlState
                    == .init("42501")
            )
        }
        #expect(try await database.differences("t") == [])
        let folded = try await database.lines(
            "select distinct on (record_id) action || record_id from pgsync.sync_logs order by record_id, id desc"
        )
        #expect(folded == ["delete1", "delete2", "create3", "create7"])
    }

    @Test("into replacing another function of the schema")
    func installsCaptureFunctionsOnly() async throws {
        let database = TestDatabase.current
        try await database.run("create table t (id int primary key); select pgsync.attach('t')")
        let refusal = try await database.refusal(
            of:
                "set role pgsync_operator; select pgsync.install_capture(jsonb_populate_record(source, '{\"function_name\": \"refuse_change\"}')) from pgsync.sources as source"
        )
        #expect(refusal.message.contains("can only be attached by its owner"))
        // Nor that of a table the caller may not have triggers on.
        let other = try await database.refusal(
            of:
                "set role pgsync_operator; select pgsync.install_capture(source) from pgsync.sources as source"
        )
        #expect(other.message.contains("can only be attached by its owner"))
    }
}
