import PGSyncSchema
import Postgres
import TestSupport
import Testing

@Suite("Capture in a restored database", .captured, .timeLimit(.minutes(10)))
struct RestoreTests {
    @Test("goes on, although tables and columns have other numbers there", arguments: Kind.allCases)
    func restored(kind: Kind) async throws {
        let original = TestDatabase.current
        try await original.run(
            """
            create table t (gone int, id int primary key, note text, v int); alter table t drop gone;
            create table p (id int primary key, v int) partition by range (id);
            create table p_0 partition of p for values from (0) to (10);
            select pgsync.attach('t', kind => '\(kind.rawValue)', exclude => '{note}'); select pgsync.attach('p');
            insert into t values (1, 'not to be seen', 1); insert into p values (1, 1)
            """
        )
        try await TestDatabase.with { restored in
            // Numbers are given out by the cluster, so here they are others.
            #expect(try await original.restore(into: restored))
            #expect(try await restored.lines("select found from pgsync.inspect_capture()") == [])
            try await restored.run(
                "insert into t values (2, 'nor this', 2); update p set v = 2; truncate p_0"
            )
            try await restored.run("select pgsync.start_backfill('t'); select pgsync.backfill_step(1)")
            #expect(try await restored.differences("t") == [])
            #expect(try await restored.history("p") == ["create 1", "update 1", "truncate "])
            // Made anew it stays what it was.
            try await restored.run("select pgsync.reattach('t'); insert into t values (3, 'nor that', 3)")
            #expect(
                try await restored.lines(
                    "select distinct captured_columns::text from pgsync.source_versions where captured_columns is not null"
                )
                    == ["{id,v}"]
            )
            #expect(try await restored.differences("t") == [])
            #expect(
                try await restored.value("select count(*) from pg_proc where proname ~ '^capture_public_t_'")
                    == "2"
            )
        }
    }

    private static let original = """
        create table t (id int primary key, v int); insert into t values (1, 1); select pgsync.attach('t');
        create table p (id int primary key, v int) partition by range (id);
        create table p_0 partition of p for values from (0) to (10); select pgsync.attach('p');
        insert into t values (2, 2); insert into p values (1, 1)
        """

    private func deviations(_ database: TestDatabase) async throws -> [SchemaDeviation] {
        try await database.connect {
            try await Migrator(binaryVersion: "1.0").status(on: $0, comparing: true).deviations
        }
    }

    /// After the remedy everything works: for the application, for a worker, and as far as doctor can see.
    private func expectRestored(_ database: TestDatabase) async throws {
        #expect(try await deviations(database) != [])
        let steps = try await database.connect {
            try await Migrator(binaryVersion: "1.0").migrate(on: $0)
        }
        #expect(steps.last?.hasPrefix("sql/ ") == true)
        #expect(try await deviations(database) == [])
        #expect(try await migrate(again: database) == [])
        try await expectCapturing(database)
        let worker = "worker_of_\(database.name)"
        try await database.run("create role \(worker) login in role pgsync_worker", as: database.superuser)
        let claimed = try await database.run(
            "select (pgsync.process_batch('test', 100)).claimed > 0",
            as: database.superuser.with("user", worker)
        )
        #expect(claimed == ["t"])
        await #expect(throws: PostgresError.self) {
            try await database.run(
                "delete from pgsync.sync_logs",
                as: database.superuser.with("user", worker)
            )
        }
        try await database.run("drop role \(worker)", as: database.superuser)
    }

    private func migrate(again database: TestDatabase) async throws -> [String] {
        try await database.connect { try await Migrator(binaryVersion: "1.0").migrate(on: $0) }
    }

    /// What a role that may do nothing but write the tables writes is in the log.
    private func expectCapturing(_ database: TestDatabase) async throws {
        let role = "app_of_\(database.name)"
        try await database.run("create role \(role) login", as: database.superuser)
        try await database.run("grant select, insert, update, delete on t, p to \(role)")
        try await database.run(
            "insert into t values (3, 3); update p set v = 2 where id = 1",
            as: database.superuser.with("user", role)
        )
        try await database.run("drop owned by \(role); drop role \(role)", as: database.superuser)
        #expect(try await database.history("t").last == "create 3")
        #expect(try await database.history("p").last == "update 1")
    }

    @Test(
        "lacks rights or owners, says so, and has them again after one migration",
        arguments: [["--no-privileges"], ["--no-owner"], ["--no-owner", "--no-privileges"]],
        [false, true]
    )
    func withoutRights(options: [String], reattaches: Bool) async throws {
        let original = TestDatabase.current
        try await original.run(Self.original)
        #expect(try await deviations(original) == [])
        try await TestDatabase.with { restored in
            #expect(try await original.restore(into: restored, options))
            if reattaches {
                // What doctor may advise before anybody migrates makes nothing worse: it works, or says what does.
                do {
                    try await restored.run("select pgsync.reattach('t'); select pgsync.reattach('p')")
                    try await expectCapturing(restored)
                    try await restored.run("delete from t where id = 3; update p set v = 1")
                } catch let error as PostgresError {
                    #expect(options.contains("--no-privileges"))
                    #expect(error.hint == "Run: pgsync migrate")
                    if options.contains("--no-owner") {
                        try await expectCapturing(restored)
                        try await restored.run("delete from t where id = 3; update p set v = 1")
                    }
                }
            }
            try await expectRestored(restored)
        }
    }

    @Test("stays with a plain owner who restored it, and works there")
    func plainOwner() async throws {
        let original = TestDatabase.current
        try await original.run(Self.original)
        try await TestDatabase.with(owner: .plain) { restored in
            _ = try await original.restore(into: restored, ["--no-owner", "--no-privileges"])
            let found = try await deviations(restored).map(\.finding)
            #expect(found.contains("wrong_owner"))
            try await expectRestored(restored)
            #expect(
                try await restored.run(
                    "select distinct owner from pgsync.present_objects() where kind <> 'function'"
                ) == [restored.owner]
            )
        }
    }

    @Test("by a plain owner is no superuser's before he takes it over")
    func takenOver() async throws {
        let original = TestDatabase.current
        try await original.run(Self.original)
        try await TestDatabase.with(owner: .plain) { restored in
            _ = try await original.restore(into: restored, ["--no-owner", "--no-privileges"])
            let migrator = Migrator(binaryVersion: "1.0")
            try await restored.connect(as: restored.superuser) { administrator in
                await #expect(throws: SchemaError.self) { try await migrator.migrate(on: administrator) }
                try await administrator.withSession { session in
                    _ = try session.runScript(
                        ["pgsync", "pgsync_read", "ledger"].map { "alter schema \($0) owner to session_user" }
                            .joined(separator: ";")
                    )
                }
                _ = try await migrator.migrate(on: administrator)
                let status = try await migrator.status(on: administrator, comparing: true)
                #expect(status.deviations == [])
            }
        }
    }

    @Test("on another server finds its roles made and its owners and rights as before")
    func anotherServer() async throws {
        let original = TestDatabase.current
        try await original.run(Self.original)
        try await OwnCluster.with { cluster in
            try await TestDatabase.with(on: cluster) { restored in
                #expect(try await original.restore(into: restored) == false)
                let found = try await deviations(restored).filter { $0.finding == "role_missing" }.map(
                    \.found
                )
                #expect(found.contains("role pgsync_worker does not exist on this server"))
                try await expectRestored(restored)
                #expect(
                    try await restored.run(
                        "select distinct owner from pgsync.present_objects() order by owner"
                    ) == ["pgsync_capture", "pgsync_owner"]
                )
            }
        }
    }

    @Test("tells a login that no role has rights, instead of sending it for one")
    func advice() async throws {
        let original = TestDatabase.current
        try await TestDatabase.with { restored in
            #expect(try await original.restore(into: restored, ["--no-privileges"]))
            let login = "login_of_\(restored.name)"
            try await restored.run("create role \(login) login in role pgsync_worker")
            let error = await #expect(throws: SchemaError.self) {
                try await restored.connect(as: restored.options.with("user", login)) {
                    try await Migrator(binaryVersion: "1.0").status(on: $0)
                }
            }
            #expect(error == .notReadable(user: login, owner: "pgsync_owner"))
            #expect(error?.description.contains("run pgsync migrate") == true)
            try await restored.run("drop role \(login)")
        }
    }

    private static let damages: [(change: String, finding: String)] = [
        ("alter table pgsync.sync_logs disable trigger sync_logs_never_changes", "trigger_off"),
        ("alter table pgsync.sync_queue enable trigger dead_letters_are_revived", "trigger_off"),
        ("drop trigger dead_letters_are_revived on pgsync.sync_queue", "object_missing"),
        ("alter table pgsync.sync_logs_000001 disable trigger all", "trigger_off"),
        ("alter function pgsync.retry_changes security invoker", "settings_changed"),
        ("alter function pgsync.retry_changes reset search_path", "settings_changed"),
        ("alter function pgsync.retry_changes owner to postgres", "wrong_owner"),
        ("alter table pgsync.sync_audit_log owner to postgres", "wrong_owner"),
        ("alter schema ledger owner to postgres", "wrong_owner"),
        ("grant execute on function pgsync.retry_changes to public", "right_added"),
        ("grant delete on pgsync.sync_queue to pgsync_worker", "right_added"),
        ("grant update (error_message) on pgsync.sync_queue to pgsync_operator", "right_added"),
        ("revoke update (config_value) on pgsync.sync_configuration from pgsync_operator", "right_missing"),
        ("revoke usage on schema ledger from pgsync_reader", "right_missing"),
        ("revoke usage on sequence pgsync.sync_logs_id_seq from pgsync_capture", "capture_refused"),
        ("drop function pgsync.retry_changes", "object_missing"),
        (
            "do $$ begin execute (select format('alter function %s owner to postgres', tgfoid::regprocedure) "
                + "from pg_trigger where tgrelid = 't'::regclass limit 1); end $$",
            "wrong_owner"
        ),
    ]

    @Test("names what has come undone, and restores it", arguments: damages)
    func damage(change: String, finding: String) async throws {
        let database = TestDatabase.current
        try await database.run(Self.original)
        // A right of somebody else is nobody's business.
        try await database.run("grant select on pgsync.sync_logs to pg_monitor")
        #expect(try await deviations(database) == [])
        try await database.run(change)
        let found = try await deviations(database).map(\.finding)
        #expect(found.contains(finding))
        try await expectRestored(database)
        try await database.run("revoke select on pgsync.sync_logs from pg_monitor")
    }
}
