import PGSyncOperations
import PGSyncStore
import Postgres
import Services
import TestSupport
import Testing

@testable import PGSyncImport

@Suite("A login that is limited to endpoints", .crm, .timeLimit(.minutes(2)))
struct EndpointLimitTests {
    private let database = TestDatabase.current

    /// Two imports, each with a run that waits and a failed item; and a login that may see those of the first.
    private func with(_ body: (ConnectionOptions) async throws -> Void) async throws {
        let role = "limited_\(UInt64.random(in: 0 ... .max))"
        try await database.run(
            """
            create role \(role) login;
            grant pgsync_importer to \(role);
            insert into pgsync.endpoints (name, kind, base_url, hosts)
            select name, 'api', 'https://a.example', '{a.example}' from (values ('own'), ('other')) as made (name);
            insert into pgsync.imports (name, version, content, checksum)
            select name, 1, 'import', 'x' from pgsync.endpoints;
            insert into pgsync.import_streams (import, stream, place, target, key_columns, columns)
            select name, 'rows', 1, 'crm.merchants', '{id}', '{id}' from pgsync.endpoints;
            select job from pgsync.request_import('own'); select job from pgsync.request_import('other');
            select pgsync.request_job('retention', 'all');
            insert into pgsync.sync_failed_items
                (job, kind, subject, item_id, payload, error_class, error_message, max_attempts, next_attempt_at)
            select job, 'import', import, 'rows 7', '{"id": 7}', 'data.type', 'no', 3, now()
            from pgsync.import_runs;
            select pgsync.grant_endpoint('\(role)', 'own');
            """
        )
        try await body(database.superuser.with("user", role))
        try await database.run("drop role \(role)")
    }

    private func lines(_ query: String, _ limited: ConnectionOptions) async throws -> [String] {
        try await database.run(query, as: limited).map { $0 ?? "null" }
    }

    @Test("sees their jobs and failed items, and no others")
    func reads() async throws {
        try await with { (limited) throws in
            for (query, seen) in [
                ("select subject from pgsync.job_states", ["own"]),
                ("select import from pgsync.import_failed_items", ["own"]),
                ("select import from pgsync.import_runs", ["own"]),
                ("select import from pgsync.import_run_streams", ["own"]),
                ("select import from pgsync.import_states", ["own"]),
                ("select name from pgsync.endpoint_states", ["own"]),
                ("select item_id from pgsync.due_items('own', 'rows')", ["7"]),
                ("select item_id from pgsync.due_items('other', 'rows')", []),
            ] {
                #expect(try await lines(query, limited) == seen, "\(query)")
            }
            #expect(try await database.value("select count(*) from pgsync.job_states") == "3")
            for table in ["sync_jobs", "sync_failed_items"] {
                let refusal = try await database.refusal(of: "select from pgsync.\(table)", as: limited)
                #expect(refusal.sqlState == .insufficientPrivilege)
            }
        }
    }

    @Test("does nothing to others, as if they were not there")
    func acts() async throws {
        try await with { (limited) throws in
            for call in [
                "pgsync.request_import('other')", "pgsync.pause_endpoint('other')",
                "pgsync.resume_endpoint('other')", "pgsync.take_budget('other')",
                "pgsync.note_call('other', 'transient')", "pgsync.begin_job('import', 'other')",
                "pgsync.cancel_job((2))",
            ] {
                let refusal = try await database.refusal(of: "select \(call)", as: limited)
                #expect(refusal.sqlState == .undefinedObject, "\(call): \(refusal)")
            }
            #expect(try await lines("select pgsync.join_import(2)", limited) == ["f"])
            #expect(try await lines("select job from pgsync.resume_job(2)", limited) == [])
            #expect(try await lines("select job from pgsync.runnable_jobs('{import}')", limited) == ["1"])
            #expect(
                try await database.lines(
                    "select concat_ws(' ', paused_at is null, failures_in_a_row) from pgsync.endpoints order by name"
                ) == ["t 0", "t 0"]
            )
            #expect(try await lines("select pgsync.pause_endpoint('own')", limited) == ["t"])
        }
    }

    @Test("is limited no longer once nothing limits it")
    func revoked() async throws {
        try await with { (limited) throws in
            let member = try #require(limited["user"])
            #expect(try await database.value("select pgsync.revoke_endpoint('\(member)', 'own')") == "t")
            #expect(try await lines("select count(*) from pgsync.job_states", limited) == ["3"])
        }
    }
}

@Suite("Failed items that are due", .crm, .timeLimit(.minutes(2)))
struct ItemRetryRequestTests {
    private let database = TestDatabase.current

    @Test("are tried again, but not at once after a run that failed, nor for a stream that is gone")
    func requested() async throws {
        try await database.run(
            """
            insert into pgsync.endpoints (name, kind, base_url, hosts) values ('shop', 'api', 'https://a.example', '{a.example}');
            insert into pgsync.imports (name, version, content, checksum) values ('shop', 1, 'import', 'x');
            insert into pgsync.sync_failed_items
                (kind, subject, item_id, error_class, error_message, max_attempts, next_attempt_at)
            values ('import', 'shop', 'rows 7', 'data.type', 'no', 3, now());
            """
        )
        let ask = "select count(*) from pgsync.request_item_retries()"
        #expect(try await database.value(ask) == "0", "the import has no such stream")
        try await database.run(
            """
            insert into pgsync.import_streams (import, stream, place, target, key_columns, columns)
            values ('shop', 'rows', 1, 'crm.merchants', '{id}', '{id}')
            """
        )
        #expect(try await database.value(ask) == "1")
        #expect(try await database.value(ask) == "0", "one is under way")
        try await database.run(
            """
            update pgsync.sync_jobs
            set state = 'failed', error_message = 'no', attempts = 1, started_at = now(), heartbeat_at = now(), finished_at = now()
            """
        )
        #expect(try await database.value(ask) == "0", "the last one has just failed")
        try await database.run("update pgsync.sync_jobs set finished_at = now() - interval '11 minutes'")
        #expect(try await database.value(ask) == "1")
    }
}

@Suite("Places for calls at once", .crm, .timeLimit(.minutes(2)))
struct CallSlotTests {
    @Test("are given back, while the session that had one goes on")
    func returned() async throws {
        try await ImportBench.with(
            streams: [ImportBench.merchants(.page, ImportBench.changed), ImportBench.residuals()],
            head: ["budget 10000 per second, 2 at once"]
        ) { (bench) throws in
            let job = try await bench.request("initial")
            try await bench.database.connect(as: bench.options) { (connection) throws in
                let report = try await bench.runner.run(job, on: connection, until: Shutdown())
                #expect(report?.state == .completed)
                // The session of the job is still open, and others find all places free.
                try await bench.database.connect { (first) throws in
                    #expect(try await first.run("select pgsync.hold_slot('crm')") == "1")
                    try await bench.database.connect { (second) throws in
                        #expect(try await second.run("select pgsync.hold_slot('crm')") == "2")
                        #expect(try await connection.run("select pgsync.hold_slot('crm')") == nil)
                        #expect(try await first.run("select pgsync.release_slot('crm', 1)") == "t")
                        #expect(try await connection.run("select pgsync.hold_slot('crm')") == "1")
                    }
                }
            }
        }
    }
}
