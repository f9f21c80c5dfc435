import Postgres
import TestSupport
import Testing

/// What code of a table's owner can leave in the session of whoever reads his rows: nothing.
@Suite("Reading rows of others", .captured, .timeLimit(.minutes(5)))
struct ReadingTests {
    private let database = TestDatabase.current

    /// A table whose owner does something with the session of whoever reads it.
    private func trap(_ statements: String, _ roles: Roles) async throws {
        try await database.run(
            """
            create table app.looted (by text); create table app.seen (what text, is_so boolean);
            grant insert on app.looted, app.seen to public;
            create function app.loot() returns int language plpgsql as
                $$begin insert into app.looted values (current_user); return 1; end$$;
            create function app.use() returns void language plpgsql as $$begin
                if current_user <> session_user then
                    \(statements)
                end if;
            end$$;
            create function app.trap(int) returns boolean language plpgsql immutable as
                $$begin perform app.use(); return true; end$$;
            create table app.t (id int primary key, v int);
            insert into app.t values (1, 1);
            create index on app.t (v) where app.trap(1);
            """,
            as: roles.options(roles.owner)
        )
        try await database.run("select pgsync.attach('app.t')", as: roles.options(roles.operate))
    }

    @Test("leaves no cursor that is held, no setting and no prepared statement")
    func nothingIsLeft() async throws {
        try await database.withRoles { roles in
            try await trap(
                """
                -- The seed outlives the subtransaction, and tells that this ran.
                perform setseed(0.25);
                execute 'declare held cursor with hold for select app.loot()';
                perform set_config('search_path', 'app', false);
                execute 'deallocate later';
                execute 'prepare later as select app.loot()';
                execute 'prepare "all ""of"" it" as select app.loot()';
                """,
                roles
            )
            try await database.session(as: roles.options(roles.operate)) { session in
                try session.runScript("prepare later as select 1; prepare kept as select 1")
                try session.runScript(
                    """
                    select pgsync.start_backfill('app.t');
                    select pg_catalog.setseed(0.5);
                    begin; select pgsync.backfill_step(1); commit;
                    create temporary table drawn as select pg_catalog.random() as value;
                    select pg_catalog.setseed(0.25);
                    insert into app.seen select 'ran', pg_catalog.random() = (select value from drawn);
                    insert into app.seen
                    select 'path', pg_catalog.current_setting('search_path') not like '%app%'
                    union all
                    select 'cursor', not exists (select from pg_catalog.pg_cursors where is_holdable)
                    union all
                    select 'prepared', 'kept' = (select string_agg(name, ' ') from pg_catalog.pg_prepared_statements)
                    """
                )
            }
            #expect(try await database.history("app.t") == ["create 1"])
            #expect(
                try await database.lines("select what || ' ' || is_so from app.seen order by what")
                    == ["cursor true", "path true", "prepared true", "ran true"]
            )
            #expect(try await database.lines("select by from app.looted") == [])
        }
    }

    @Test(
        "keeps no lock of the session that was taken meanwhile, and that of its job, however it ends",
        arguments: [nil, "57014", "P0004", "22012"]
    )
    func locks(errorCode: String?) async throws {
        try await database.withRoles { roles in
            try await trap(
                """
                perform pg_advisory_unlock_all();
                perform pg_advisory_lock(1886876532, s) from generate_series(0, 1023) as s;
                perform pg_advisory_lock_shared(1886876531, 5), pg_advisory_lock_shared(1886876535, 99);
                execute 'prepare later as select app.loot()';
                \(errorCode.map { "raise exception 'no' using errcode = '\($0)';" } ?? "")
                """,
                roles
            )
            try await database.session(as: roles.options(roles.operate)) { session in
                let id: Int64 = try session.query("select pgsync.start_backfill('app.t')").onlyRow().decode(0)
                if errorCode == nil {
                    try session.query("select pgsync.backfill_step(\(id))")
                } else {
                    let error = #expect(throws: PostgresError.self) {
                        try session.query("select pgsync.backfill_step(\(id))")
                    }
                    #expect(error?.message == "no")
                }
                let statements: Int64 = try session.query(
                    "select count(*) from pg_catalog.pg_prepared_statements where from_sql"
                ).onlyRow().decode(0)
                #expect(statements == 0)
                let locks: [String] = try session.query(
                    """
                    select classid || ' ' || objid from pg_catalog.pg_locks
                    where locktype = 'advisory' and pid = pg_backend_pid()
                    """
                ).map { try $0.decode(0) }
                #expect(locks == ["1886876535 1"])
            }
        }
    }

    @Test("is refused in a session with locks that could be let go of, and with a long text says little")
    func precautions() async throws {
        try await database.withRoles { roles in
            try await trap("raise exception '%', repeat('x', 1000000);", roles)
            try await database.session(as: roles.options(roles.operate)) { session in
                let id: Int64 = try session.query("select pgsync.start_backfill('app.t')").onlyRow().decode(0)
                try session.query("select pg_catalog.pg_advisory_lock(4711)")
                let refusal = #expect(throws: PostgresError.self) {
                    try session.query("select pgsync.backfill_step(\(id))")
                }
                #expect(refusal?.message.contains("this session holds advisory locks") == true)
                try session.query("select pg_catalog.pg_advisory_unlock(4711)")
                let error = #expect(throws: PostgresError.self) {
                    try session.query("select pgsync.backfill_step(\(id))")
                }
                #expect(error?.message == String(repeating: "x", count: 1000))
            }
        }
    }

    @Test("waits for nobody who holds the lock by which it is known")
    func stranger() async throws {
        try await database.withRoles { roles in
            try await trap("null;", roles)
            try await database.connect(as: roles.options(roles.writer)) { stranger in
                try await stranger.withSession {
                    _ = try $0.query("select pg_catalog.pg_advisory_lock(1886876531, 5)")
                }
                try await database.run(
                    "select pgsync.start_backfill('app.t'); begin; select pgsync.backfill_step(1); commit",
                    as: roles.options(roles.operate)
                )
                #expect(
                    try await database.lines("select lock_name from pgsync.foreign_locks()") == ["reading"]
                )
            }
            #expect(try await database.history("app.t") == ["create 1"])
        }
    }

    @Test("is refused where there are cursors to fetch from")
    func cursors() async throws {
        try await database.withRoles { roles in
            try await trap("execute 'fetch from secrets';", roles)
            try await database.session(as: roles.options(roles.operate)) { session in
                let id: Int64 = try session.query("select pgsync.start_backfill('app.t')").onlyRow().decode(0)
                try session.runScript("begin; declare secrets cursor with hold for select 1; commit")
                let error = #expect(throws: PostgresError.self) {
                    try session.query("select pgsync.backfill_step(\(id))")
                }
                #expect(error?.message.contains("open cursors") == true, "\(error?.message ?? "")")
                // Without one, what the trap says is what went wrong: it ran.
                try session.runScript("close secrets")
                let missed = #expect(throws: PostgresError.self) {
                    try session.query("select pgsync.backfill_step(\(id))")
                }
                #expect(missed?.message == "cursor \"secrets\" does not exist")
            }
        }
    }
}
