import FoundationEssentials
import Subprocesses
import TestSupport
import Testing

@Suite("Scripts for administrators", .migratedDatabase, .timeLimit(.minutes(10)))
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
        // Those that change something say for whom they are, and what they have to be told.
        let preparation =
            name == "backfill.sql"
            ? "set role pgsync_operator;\n\\set table t\n" : "set role pgsync_reader;\n"
        let output = try await TestDatabase.current.psql(
            preparation + String(decoding: script, as: UTF8.self)
        )
        #expect(output.standardOutput.text.split(separator: "\n").count > 1)
        #expect(output.standardError.text == "")
    }

    @Test("are there at all")
    func exist() {
        #expect(Self.names?.isEmpty == false)
    }
}
