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

    @Test("of another encoding is compared by MD5, which sees the same texts")
    func otherEncoding() async throws {
        let database = bench.database
        try await TestDatabase.with(encoding: "LATIN1") { branch in
            let rows = "select n::bigint as id, 'K\u{E4}se ' || n as name from generate_series(1, 100) as n"
            try await branch.run("create schema branch; create table branch.items as \(rows)")
            try await database.run("truncate books.items; insert into books.items (id, name) \(rows)")
            try await database.run("update books.items set name = 'Kase' where id = 5")
            var reading = bench
            reading.site = DeliverySite(
                variables: [
                    "PGSYNC_SECRET_BRANCH": database.cluster.connectionString(database: branch.name)
                ]
            )
            try await reading.apply(
                "  entity items\n    left branch branch.items\n    right books.items\n    key id\n    columns name",
                head: "settle 0 s\n  database branch env:PGSYNC_SECRET_BRANCH"
            )
            let run = try await reading.run()
            #expect(run.count("matched") == 99)
            #expect(try await reading.differences(run) == ["different 5: name"])
        }
    }

    @Test("of which a policy hides rows is not compared")
    func hiddenRows() async throws {
        let database = bench.database
        let login = "limited_in_\(database.name)"
        try await database.run(
            """
            create role \(login) login in role pgsync_operator;
            grant usage on schema shop, books to \(login);
            grant select on shop.items, books.items to \(login);
            alter table shop.items enable row level security;
            create policy late on shop.items using (id > 10);
            """
        )
        defer { Task { try? await database.run("drop owned by \(login); drop role \(login)") } }
        try await bench.apply(head: "settle 0 s")
        var own = bench
        own.options = database.options.with("user", login)
        #expect(problem(try await own.run())?.contains("row-level security") == true)
    }

    @Test("waits for the import of a side, and compares nothing where that failed")
    func imports() async throws {
        try await applyImport()
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

    private func applyImport() async throws {
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
    }

    /// An import whose newest run ended in a state, a while ago.
    private func imported(_ state: String, ago: String = "0") async throws {
        try await applyImport()
        #expect(try await bench.run().ended.state == .waiting)
        try await bench.database.run(
            """
            update pgsync.sync_jobs set state = '\(state)', attempts = 1, started_at = now(), heartbeat_at = now(),
                finished_at = now() - interval '\(ago)' where kind = 'import';
            update pgsync.sync_jobs set waits_until = now() where kind = 'compare';
            """
        )
    }

    private static let imported =
        "  entity items\n    left import crm.items\n    right books.items\n    key id\n    columns name"

    @Test("of which items failed is no truth for deletions")
    func partial() async throws {
        try await bench.apply(Self.imported + "\n    heal by copy with deletes", head: "settle 0 s")
        try await imported("partial")
        #expect(problem(try await bench.run())?.hasPrefix("items of crm failed") == true)
    }

    @Test("that was fetched long ago costs health, as do items that failed")
    func costs() async throws {
        try await bench.apply(Self.imported, head: "settle 0 s")
        try await imported("partial", ago: "9 hours")
        try await bench.database.run(
            """
            insert into pgsync.sync_failed_items (
                kind, subject, item_id, error_class, error_message, max_attempts, next_attempt_at
            )
            select 'import', 'crm', n, 'data.type', 'x', 5, now() from generate_series(1, 7) as n
            """
        )
        let run = try await bench.run()
        let costs = try #require(run.report["costs"])
        // Half of a second interval of six hours, and a tenth of a point for each item.
        #expect(costs["freshness"]?.number?.description == "2.50")
        #expect(costs["failed_items"]?.number?.description == "0.70")
        #expect(costs["sweep"]?.number?.description == "0.00")
        #expect(run.report["health"]?.number?.description == "96.8")
        #expect(run.report["label"]?.string == "good")
        // Two weeks after the last comparison of all, one of a part costs the rest.
        try await bench.database.run("update pgsync.compare_runs set started_at = now() - interval '14 days'")
        _ = try await bench.run(["items"])
        try await bench.database.run(
            """
            update pgsync.sync_jobs set state = 'completed', attempts = 1, started_at = now(), heartbeat_at = now(),
                finished_at = now() where kind = 'import' and finished_at is null;
            update pgsync.sync_jobs set waits_until = now() where kind = 'compare' and finished_at is null;
            """
        )
        let later = try await bench.run(["items"])
        #expect(later.report["costs"]?["sweep"]?.number?.description == "5.00")
    }

    @Test("that the import brings is fetched again where it differs")
    func healByImport() async throws {
        try await bench.database.run("update books.items set name = 'x' where id <= 20")
        try await bench.apply(Self.imported + "\n    heal by import", head: "settle 0 s")
        try await imported("completed")
        let job = try await bench.request(heals: true).job
        try await bench.database.run("update pgsync.compare_runs set heals = true where job = \(job)")
        let run = try await bench.run(heals: true)
        #expect(run.count("different") == 20)
        let asked = try await bench.database.lines(
            "select type || ' ' || trigger || ' ' || state from pgsync.sync_jobs where kind = 'import' and state = 'pending'"
        )
        #expect(asked == ["manual heal pending"])
        #expect(run.entity("items")?["heal_problem"]?.string?.contains("imports it again") == true)
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
