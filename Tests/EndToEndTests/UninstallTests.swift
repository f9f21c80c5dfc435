import PGSyncCluster
import Subprocesses
import TestSupport
import Testing

@Suite("pgsync uninstall, as built", .timeLimit(.minutes(10)))
struct UninstallTests {
    private let database = TestDatabase.current

    private var url: String { database.cluster.connectionString(database: database.name) }

    /// All that is in the database.
    private func dump() async throws -> String {
        let dump = try await ChildProcess.run(Invocation("pg_dump", [url])).checked().standardOutput.text
        // Each dump has a key of its own in \restrict and \unrestrict.
        return dump.split(separator: "\n").filter { !$0.contains("restrict ") }.joined(separator: "\n")
    }

    @Test("leaves the database as it was before pgsync came", .database)
    func leavesNothing() async throws {
        try await database.run(
            """
            create schema app; create role \(database.name)_reader; grant usage on schema app to \(database.name)_reader;
            create table public.bills (id bigint primary key, amount numeric(12, 2), day date, note text);
            create table app.parts (id int, kind text, primary key (id, kind)) partition by list (kind);
            create table app.parts_a partition of app.parts for values in ('a');
            """
        )
        let before = try await dump()
        _ = try await BuiltProgram.run("migrate", database: url).checked()
        try await database.run(
            "\(LittleLedger.cashBook) select pgsync.attach('bills'); select pgsync.attach('app.parts')"
        )
        try await CashBook.applyRule(to: url)
        try await database.run(
            "insert into bills values (1, 10, '2026-03-01', 'x'); insert into app.parts values (1, 'a')"
        )
        _ = try await BuiltProgram.run("worker", "--drain", "-q", database: url).checked()

        let look = try await BuiltProgram.run("uninstall", "--dry-run", database: url).checked()
            .standardOutput.text
        #expect(
            look.contains("drop schema ledger cascade") && look.contains("2 tables, 2 changes, 1 entries"),
            "\(look)"
        )
        #expect(try await BuiltProgram.run("uninstall", database: url).status == .exited(64))
        #expect(try await database.run("select count(*)::text from ledger.journal_entries") == ["1"])

        let removal = try await BuiltProgram.run("uninstall", "--yes", database: url)
        #expect(removal.status == .exited(0), "\(removal.standardError.text)")
        #expect(removal.standardOutput.text.contains("drop role"), "\(removal.standardOutput.text)")
        try await database.run("delete from bills; delete from app.parts")
        let (then, now) = (before.split(separator: "\n"), try await dump().split(separator: "\n"))
        #expect(now.filter { !then.contains($0) } == [])
        #expect(then.filter { !now.contains($0) } == [])
        try await database.run("drop owned by \(database.name)_reader; drop role \(database.name)_reader")
    }

    @Test("is for who may drop the schemas, and leaves all as it was else", .migratedAsBuilt)
    func refusesOthers() async throws {
        let role = "operator_\(database.name)"
        try await database.run(
            "create role \(role) login in role pgsync_operator; create table bills (id int primary key); select pgsync.attach('bills')"
        )
        let removal = try await BuiltProgram.run(
            "uninstall",
            "--yes",
            database: database.cluster.connectionString(database: database.name, role: role)
        )
        #expect(removal.status == .exited(77), "\(removal.standardError.text)")
        #expect(try await database.run("select count(*)::text from pgsync.sources where attached") == ["1"])
        try await database.run("drop owned by \(role); drop role \(role)")
    }

    @Test("refuses while a worker runs", .migratedAsBuilt)
    func refusesBesideWorkers() async throws {
        let worker = try BuiltProgram.invocation(["worker"], environment: ["PGSYNC_DATABASE_URL": url])
        try await ChildProcess.withRunning(worker) { _ in
            try await eventually {
                try await database.run(
                    "select count(*)::text from pgsync.worker_states where state = 'running'"
                ) == ["1"]
            }
            let removal = try await BuiltProgram.run("uninstall", "--yes", database: url)
            #expect(removal.status == .exited(65), "\(removal.standardError.text)")
            #expect(removal.standardError.text.contains("stop them first"))
            #expect(
                try await database.run("select to_regclass('ledger.journal_entries') is not null") == ["t"]
            )
        }
    }
}
