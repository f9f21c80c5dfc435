import JSON
import PGSyncCluster
import PGSyncDelivery
import PGSyncOperations
import PGSyncStore
import Postgres
import Services
import TestSupport
import Testing

@testable import PGSyncCompare

@Suite("A side of a comparison", .twoSides, .timeLimit(.minutes(5)))
struct CompareSidesTests {
    private let bench = CompareBench()

    private func problem(_ run: CompareBench.Run) -> String? { run.entity("items")?["problem"]?.string }

    @Test("reads another database, whose connection string the definition does not have")
    func otherDatabase() async throws {
        let database = bench.database
        try await TestDatabase.with { branch in
            try await branch.run(
                """
                create schema branch;
                create table branch.items (id bigint primary key, name text, status text, rate numeric,
                    weight double precision, changed timestamptz);
                """
            )
            let rows = try await database.lines("select row_to_json(own)::text from shop.items as own")
            _ = try await branch.session { session in
                try session.query(
                    """
                    insert into branch.items
                    select own.* from unnest(\(rows)) as line (text)
                    cross join lateral json_populate_record(null::branch.items, line.text::json) as own
                    """
                ).count
            }
            try await branch.run("update branch.items set name = 'x' where id = 5")
            var reading = bench
            reading.site = DeliverySite(
                variables: [
                    "PGSYNC_SECRET_BRANCH": database.cluster.connectionString(database: branch.name)
                ]
            )
            let entity =
                "  entity items\n    left branch branch.items\n    right books.items\n    key id\n    columns name"
            try await reading.apply(entity, head: "settle 0 s\n  database branch env:PGSYNC_SECRET_BRANCH")
            let run = try await reading.run()
            #expect(problem(run) == nil)
            #expect(try await reading.differences(run) == ["different 5: name"])
            // Without the variable nothing is compared, and the reason is told.
            let blind = try await bench.run()
            #expect(problem(blind)?.contains("PGSYNC_SECRET_BRANCH is not set") == true)
        }
    }

    @Test("waits for the import of a side, and compares nothing where that failed")
    func imports() async throws {
        try await bench.database.run(
            """
            select pgsync.apply_import(
                'crm', 1, 'x',
                '{"base_url": "https://crm.example", "hosts": ["crm.example"], "parallel": 1, "budgets": []}',
                jsonb_build_array(jsonb_build_object(
                    'stream', 'items', 'place', 1, 'target', 'shop.items'::regclass::oid, 'key_columns', array['id'],
                    'columns', array['id', 'name']
                ))
            );
            """
        )
        try await bench.apply(
            "  entity items\n    left import crm.items\n    right books.items\n    key id\n    columns name",
            head: "settle 0 s"
        )
        let waiting = try await bench.run()
        #expect(waiting.ended.state == .waiting)
        #expect(waiting.ended.reason?.contains("it waits for crm (job ") == true)
        let job = try #require(
            try await bench.database.value("select id from pgsync.sync_jobs where kind = 'import'")
        )
        try await bench.database.run(
            """
            update pgsync.sync_jobs set state = 'failed', attempts = 1, started_at = now(), heartbeat_at = now(),
                finished_at = now(), error_message = 'the API is away' where id = \(job);
            update pgsync.sync_jobs set waits_until = now() where kind = 'compare';
            """
        )
        let failed = try await bench.run()
        #expect(problem(failed)?.contains("its run \(job) is failed: the API is away") == true)
        #expect(failed.report["health"] == .null)
    }

    @Test("needs the right to read both sides, and no more")
    func rights() async throws {
        let database = bench.database
        let login = "reader_of_\(database.name)"
        try await database.run("create role \(login) login in role pgsync_operator")
        defer { Task { try? await database.run("drop owned by \(login); drop role \(login)") } }
        try await bench.apply(head: "settle 0 s")
        var own = bench
        own.options = database.options.with("user", login)
        #expect(problem(try await own.run())?.contains("permission denied") == true)
        try await database.run(
            """
            grant usage on schema shop, books to \(login);
            grant select on shop.items, books.items to \(login);
            """
        )
        #expect(try await own.run().count("matched") == 2_000)
    }
}
