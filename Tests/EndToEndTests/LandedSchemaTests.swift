import JSON
import PGSyncCluster
import Subprocesses
import TestSupport
import Testing

/// Databases as earlier versions left them, with work done and work waiting; `scripts/landed-dump` makes the dumps.
@Suite("A database of an earlier version", .migratedAsBuilt, .timeLimit(.minutes(10)))
struct LandedSchemaTests {
    private let database = TestDatabase.current

    private var url: String { database.cluster.connectionString(database: database.name) }

    private func value(_ query: String) async throws -> String {
        try await database.run("select (\(query))::text")[0] ?? "null"
    }

    /// What must be the same before and after.
    private let history = """
        select md5(string_agg(told, E'\\n' order by told))
        from (
            select 'entry ' || entry.id || ' ' || entry.entry_date || ' ' || entry.description as told
            from ledger.journal_entries as entry
            union all
            select 'line ' || line.entry_id || ' ' || line.account || ' ' || line.amount
            from ledger.journal_lines as line
            union all
            select concat_ws(' ', 'change', log.id, log.record_id, log.action, log.data)
            from pgsync.sync_logs as log
            union all
            select 'attempt ' || attempt.log_id || ' ' || attempt.outcome
            from pgsync.sync_audit_log as attempt
        ) as history
        """

    @Test("is migrated with its work, and goes on", arguments: ["0007", "0014"])
    func migrates(version: String) async throws {
        let package = #filePath.split(separator: "/").dropLast(1).map { "/" + $0 }.joined()
        // The roles belong to the server, and no dump of a database has them.
        try await database.run("drop schema ledger, pgsync, pgsync_read cascade")
        let restore = "gunzip -c \"$0\" | psql -Xq -v ON_ERROR_STOP=1 -o /dev/null \"$1\""
        _ = try await ChildProcess.run(
            Invocation("bash", ["-o", "pipefail", "-c", restore, "\(package)/Landed/\(version).sql.gz", url])
        ).checked()
        // Long operations of that version: some ended, one was interrupted; a TRUNCATE in steps is no job.
        try await database.run(
            """
            delete from pgsync.sync_progress;
            insert into pgsync.sync_progress (kind, subject, state, done, position, finished_at, started_by) values
                ('backfill', 'app.stock', 'finished', 7, '{"after": null}', now(), 'ada'),
                ('backfill', 'app.stock', 'cancelled', 3, '{"after": ["1"]}', now(), 'ada'),
                ('backfill', 'app.stock', 'running', 2, '{}', null, 'bob'),
                ('truncate', '1', 'running', 1, '{}', null, 'bob');
            """
        )
        let before = try await value(history)
        let waiting = try await value("select count(*) from pgsync.sync_queue")
        #expect(Int(waiting) ?? 0 > 40)

        let migration = try await BuiltProgram.run("migrate", "--json", database: url)
        #expect(migration.status == .exited(0), "\(migration.standardError.text)")
        #expect(try await value(history) == before)
        #expect(try await value("select count(*) from pgsync.sync_queue") == waiting)
        #expect(try await value("select pgsync.configuration_integer('max_retry_attempts')") == "7")

        #expect(
            try await database.run(
                """
                select concat_ws(
                    ' ', job.id, job.kind, job.subject, job.state, job.counts ->> 'rows', job.requested_by, job.phase
                )
                from pgsync.job_states as job order by job.id
                """
            ) == [
                "1 backfill app.stock completed 7 ada rows", "2 backfill app.stock cancelled 3 ada rows",
                "3 backfill app.stock interrupted 2 bob rows",
            ]
        )
        #expect(try await value("select count(*) from pgsync.sync_progress where job is null") == "1")
        try await database.run("delete from pgsync.sync_progress where kind = 'truncate'")

        // Who writes meanwhile is captured as before.
        let tables = try await value("select count(*) from pgsync.sources where attached")
        try await write(1)
        if version == "0007" {
            #expect(migration.standardOutput.text.contains("public.payments"))
            try await database.run("select pgsync.reattach(source_table) from pgsync.sources where attached")
        }
        try await write(2)
        let again = try await BuiltProgram.run("migrate", database: url).checked().standardOutput.text
        #expect(again.hasSuffix("the schema is up to date\n"), "\(again)")
        let status = try await BuiltProgram.run("migrate", "--status", database: url).standardOutput.text
        #expect(status.hasSuffix("the schema is up to date\n"))
        // What capture functions of that version called stays until a migration of a later one.
        let unused = status.split(separator: "\n").filter { $0.hasPrefix("no longer needed") }
        #expect(
            unused.allSatisfy { $0.hasSuffix("/current_images.sql") || $0.hasSuffix("/lacks_columns.sql") },
            "\(status)"
        )
        #expect(try await value("select count(*) from pgsync.sources where attached") == tables)
        #expect(
            try await value("select count(*) from pgsync.inspect_capture() where severity = 'problem'") == "0"
        )

        try await database.run("select pgsync.resume('payments')")
        let run = try await BuiltProgram.run("worker", "--drain", database: url)
        #expect(run.status == .exited(0), "\(run.standardError.text)")
        let left = "select count(*) from pgsync.sync_queue where sync_status <> 'failed'"
        #expect(try await value(left) == "0")
        // A rule-less table's changes are dead letters; of the clinic's, only those that were one before.
        let dead = "select string_agg(distinct error_class, ' ' order by error_class) from pgsync.failures()"
        #expect(try await value(dead) == "data.unknown_mode rule.missing")
        let check = try await BuiltProgram.run("ledger", "check", database: url)
        #expect(check.status == .exited(0), "\(check.standardOutput.text)")
        #expect(
            try await value(
                """
                select string_agg(log.data ->> 'quantity', ' ' order by log.id) from pgsync.sync_logs as log
                where log.source_table = 'app.stock'::regclass and log.record_id in ('1001', '1002')
                """
            ) == "1 2 2 4"
        )

        let resumed = try await BuiltProgram.run("backfill", "app.stock", "--json", database: url).checked()
        #expect(resumed.standardOutput.text.contains("\"resumed\": true"))
        let end = "select state || ' ' || attempts from pgsync.job_states where id = 3"
        #expect(try await value(end) == "completed 2")
    }

    /// Writes a new record, and changes it.
    private func write(_ round: Int) async throws {
        try await database.run(
            """
            insert into app.stock values (\(1000 + round), 'new', \(round), now(), '{}', 'secret');
            update app.stock set quantity = quantity * 2 where id = \(1000 + round);
            update payments set amount = amount + 1 where id = (select max(id) from payments);
            """
        )
    }
}
