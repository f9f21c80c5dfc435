import Postgres
import TestSupport
import Testing

/// What attach lends to whoever calls it, and what becomes of that.
@Suite("Rights lent while a table is attached", .captured, .timeLimit(.minutes(10)))
struct AttachRightsTests {
    private static let left = """
        select count(*) from (
            select given.grantee from pg_namespace as namespace cross join lateral aclexplode(namespace.nspacl) as given
            where namespace.nspname = 'pgsync_read' and given.privilege_type = 'CREATE' and given.grantee <> namespace.nspowner
            union all
            select given.grantee from pg_proc as routine cross join lateral aclexplode(routine.proacl) as given
            where routine.proname like 'capture\\_%' and routine.prorettype = 'trigger'::regtype
                and given.grantee <> routine.proowner
        ) as given
        """

    @Test(
        "are taken back however the transaction goes",
        arguments: [
            "select pgsync.attach('app.t')",
            "select pgsync.attach('app.t'); select pgsync.detach('app.t')",
            "select pgsync.attach('app.t'); drop table app.t",
            """
            do $$begin
                perform pgsync.install_capture(jsonb_populate_record(null::pgsync.sources, jsonb_build_object('source_table', 'app.t'::regclass::oid, 'key_columns', '{id}'::text[], 'trigger_kind', 'statement', 'before_image', false, 'actions', '{create}'::text[])));
                set constraints all immediate;
            exception when insufficient_privilege then null;
            end$$
            """,
        ]
    )
    func takenBack(script: String) async throws {
        let database = TestDatabase.current
        try await database.withRoles { roles in
            try await database.run(
                "create table app.t (id int primary key, v int)",
                as: roles.options(roles.owner)
            )
            try await database.run("begin; \(script); commit", as: roles.options(roles.operate))
            #expect(try await database.value(Self.left) == "0")
        }
    }

    @Test("are not lent where nothing is deferred, and attach fails")
    func immediate() async throws {
        let database = TestDatabase.current
        try await database.withRoles { roles in
            try await database.run(
                "create table app.t (id int primary key, v int)",
                as: roles.options(roles.owner)
            )
            let refusal = try await database.refusal(
                of: "begin; set constraints all immediate; select pgsync.attach('app.t'); commit",
                as: roles.options(roles.operate)
            )
            #expect(refusal.sqlState == .init("42501"))
            #expect(try await database.value(Self.left) == "0")
        }
    }

    @Test("let nobody run a capture function that does anything before attach is done")
    func stub() async throws {
        let database = TestDatabase.current
        try await database.withRoles { roles in
            try await database.run(
                """
                create function app.spy() returns int language plpgsql as $$begin
                    if current_user = 'pgsync_capture' then raise exception 'ran as capture'; end if; return 1; end$$;
                create view app.new_rows as select app.spy() as id, 1 as v;
                grant usage on schema app to public; grant select on app.new_rows to public;
                create table app.t (id int primary key, v int);
                """,
                as: roles.options(roles.owner)
            )
            let name = """
                (select proname from pg_proc where proname ~ '^capture_app_t_[0-9]+$')
                """
            let refusal = try await database.refusal(
                of: """
                    begin; select pgsync.attach('app.t'); drop trigger "000_pgsync_insert" on app.t;
                    do $$begin execute format(
                        'create trigger "000_pgsync_insert" after insert on app.t for each statement execute function pgsync.%I()', \(name)
                    ); end$$;
                    commit
                    """,
                as: roles.options(roles.operate)
            )
            #expect(refusal.sqlState == .init("42501") && refusal.message.contains("permission denied"))
        }
    }

    @Test(
        "stay with the owner of a partitioned table, who makes partitions",
        arguments: ["create", "attach"]
    )
    func partitions(how: String) async throws {
        let database = TestDatabase.current
        try await database.withRoles { roles in
            try await database.run(
                "create table app.p (id int primary key, v int) partition by range (id); create table app.q (like app.p including all)",
                as: roles.options(roles.owner)
            )
            try await database.run("select pgsync.attach('app.p')", as: roles.options(roles.operate))
            try await database.run(
                how == "create"
                    ? "create table app.p1 partition of app.p for values from (0) to (10)"
                    : "alter table app.p attach partition app.q for values from (0) to (10)",
                as: roles.options(roles.owner)
            )
            try await database.run("insert into app.p values (1, 1)", as: roles.options(roles.owner))
            #expect(try await database.history("app.p") == ["create 1"])
        }
    }

    @Test("are looked after once, and those of other tables are left alone")
    func once() async throws {
        let database = TestDatabase.current
        try await database.withRoles { roles in
            try await database.run(
                "create table app.p (id int primary key) partition by range (id); create table app.t (id int primary key)",
                as: roles.options(roles.owner)
            )
            try await database.run("select pgsync.attach('app.p')", as: roles.options(roles.operate))
            let rights = """
                select routine.xmin || ' ' || routine.proacl::text from pg_proc as routine
                inner join pgsync.sources as source on source.function_name = routine.proname
                where source.table_name = 'app.p'
                """
            let before = try await database.lines(rights)
            let calls = "select calls from pg_stat_xact_user_functions where funcname = 'is_reader'"
            let counted = try await database.lines(
                """
                set track_functions = 'all'; begin; set local role \(roles.operate); select pgsync.attach('app.t');
                reset role; create temporary table counted as \(calls); set constraints all immediate;
                insert into counted \(calls); commit; select calls from counted
                """
            )
            #expect(counted.count == 2 && Set(counted).count == 1)
            #expect(try await database.lines(rights) == before)
            #expect(before.first?.contains("\(roles.owner)=X/") == true)
        }
    }

    @Test(
        "do not reach through columns that have the names capture uses itself",
        arguments: ["pgsync_content", "pgsync_row", "tg_relid", "v_root", "content"]
    )
    func ownNames(column: String) async throws {
        let database = TestDatabase.current
        try await database.run(
            """
            create type mood as enum ('good'); create table t (id int primary key, v int); select pgsync.attach('t');
            create function as_json(mood) returns json language plpgsql as $$begin
                if current_user = 'pgsync_capture' then raise exception 'ran as capture'; end if; return '1'; end$$;
            create cast (mood as json) with function as_json(mood);
            alter table t add \(column) mood;
            insert into t values (1, 2, 'good'); update t set v = 3; alter table t rename v to w; update t set w = 4;
            """
        )
        #expect(
            try await database.lines("select data::text from pgsync.sync_logs order by id")
                == [#"{"v": 2, "id": 1}"#, #"{"v": 3, "id": 1}"#, #"{"v": 4, "id": 1}"#]
        )
    }

    @Test("of a trigger under the name of one of ours, in another schema, count for nothing")
    func doubleOfFunction() async throws {
        let database = TestDatabase.current
        try await database.run("create table t (id int primary key, v int); select pgsync.attach('t')")
        try await database.run(
            """
            do $$
            declare v_name text := (select function_name from pgsync.sources);
            begin
                execute format('create function public.%I() returns trigger language plpgsql as ''begin return null; end''', v_name);
                execute format('create or replace trigger "000_pgsync_insert" after insert on t for each statement execute function public.%I()', v_name);
                alter table t enable always trigger "000_pgsync_insert";
            end$$
            """
        )
        #expect(
            try await database.lines(
                "select found from pgsync.inspect_capture() where finding = 'trigger_missing'"
            )
                == [#"public.t has no trigger "000_pgsync_insert""#]
        )
    }
}
