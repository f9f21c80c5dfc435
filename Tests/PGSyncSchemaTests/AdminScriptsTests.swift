import FoundationEssentials
import PGSyncSchema
import Subprocesses
import TestSupport
import Testing

@Suite("Scripts for administrators", .migrated, .timeLimit(.minutes(10)))
struct AdminScriptsTests {
    private static let directory = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "sql/admin")

    private static let names = try? FileManager.default.contentsOfDirectory(atPath: directory.path)

    @Test("run in psql and show something, for whoever may read", arguments: names ?? [])
    func run(name: String) async throws {
        try await TestDatabase.current.run(
            """
            create table t (id int primary key); insert into t values (0); select pgsync.attach('t');
            insert into t values (1); alter table t add v int;
            select pgsync.start_backfill('t'); select pgsync.backfill_step(1, 1)
            """
        )
        // A dead letter, because no rule posts the table, and a worker.
        try await TestDatabase.current.run(
            """
            select from pgsync.process_batch('w', 100, 0);
            insert into pgsync.sync_workers (name, host, pid, version, posters) values ('w', 'h', 1, '1', 1)
            """
        )
        let script = try Data(contentsOf: Self.directory.appending(path: name))
        // Those that change something are for operators, and some have to be told what.
        let told = [
            "backfill.sql": "\\set table public.t\n", "requeue.sql": "\\set from 1\n\\set through 2\n",
            "retry_all.sql": "", "reconcile.sql": "", "clear_completed.sql": "", "pause_everything.sql": "",
        ]
        let preparation = told[name].map { "set role pgsync_operator;\n" + $0 } ?? "set role pgsync_reader;\n"
        let output = try await TestDatabase.current.psql(
            preparation + String(decoding: script, as: UTF8.self)
        )
        #expect(output.standardOutput.text.split(separator: "\n").count > 1)
        #expect(output.standardError.text == "")
    }

    @Test("say what they have to be told, and obey what they are told")
    func variables() async throws {
        let database = TestDatabase.current
        try await database.run(
            """
            create table t (id int primary key, note text); select pgsync.attach('t');
            insert into t values (17, 'seventeen'); insert into t values (18, 'eighteen')
            """
        )
        func run(_ name: String, _ variables: String) async throws -> (output: String, errors: String) {
            let script = try String(contentsOf: Self.directory.appending(path: name), encoding: .utf8)
            let run = try await database.psql("\(variables)\n\(script)")
            return (run.standardOutput.text, run.standardError.text)
        }
        let untold = try await run("backfill.sql", "\\set ON_ERROR_STOP off")
        #expect(untold.errors.contains("no table given") && untold.errors.contains("-v table="))
        #expect(!untold.errors.contains("syntax error"))
        for variables in ["\\set table public.t\n\\set record 17", "\\set record 17"] {
            let told = try await run("trace.sql", variables)
            #expect(told.errors == "" && told.output.contains("|change|1|"), "\(told)")
        }
        let latest = try await run("trace.sql", "")
        #expect(latest.output.contains("|change|2|"), "\(latest)")
    }

    private static let root = directory.deletingLastPathComponent().deletingLastPathComponent()
    /// Whatever somebody may feed to psql as it is.
    private static let scripts =
        ["sql/roles.sql", "sql/grants.sql", "scripts/docker/logins.sql"]
        + ["clinic/install", "clinic/rights", "shop/install", "orders/install"]
        .map { "sql/examples/\($0).sql" }
        + (names ?? []).map { "sql/admin/\($0)" }

    @Test(
        "look nowhere but where PostgreSQL keeps what is its own, from the first statement that looks",
        arguments: scripts
    )
    func path(script: String) throws {
        let text = try String(contentsOf: Self.root.appending(path: script), encoding: .utf8)
        let lines = text.split(separator: "\n").map { $0.drop { $0 == " " } }
            .filter { !$0.hasPrefix("--") && !$0.hasPrefix("\\") }
        let first = lines.first { !$0.hasPrefix("set ") || $0.hasPrefix("set search_path") }
        guard first == "do $$" else {
            #expect(first == "set search_path to pg_catalog, pg_temp;")
            return
        }
        // What migrate runs in a session of others must not leave a path there.
        #expect(
            lines[1...2] == [
                "begin", "perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);",
            ]
        )
    }

    @Test("that give rights call nothing of an owner who has put doubles into the path of the database")
    func doubles() async throws {
        let database = TestDatabase.current
        try await database.run(Shadows.prepare(path: "shadow, pg_catalog, public"), as: database.superuser)
        for name in ["roles", "grants"] {
            let script = try String(contentsOf: Self.root.appending(path: "sql/\(name).sql"), encoding: .utf8)
            #expect(try await database.psql(script, role: "postgres").standardError.text == "")
        }
        #expect(
            try await database.psql(SchemaDefinition.embedded.rolesScript, role: "postgres").standardError
                .text == ""
        )
        try await database.psql("select lower('A')", role: "postgres")
        try await eventually { try await !Shadows.called(in: database).isEmpty }
        #expect(try await Shadows.called(in: database) == ["lower"])
    }

    @Test("are there at all")
    func exist() {
        #expect(Self.names?.isEmpty == false)
    }
}
