import JSON
import PGSyncDelivery
import PGSyncOperations
import PGSyncStore
import Postgres
import Services
import TestSupport
import Testing

@testable import PGSyncCompare

@Suite("A run of a comparison", .twoSides, .timeLimit(.minutes(5)))
struct CompareRunTests {
    private let bench = CompareBench()

    private func problem(_ run: CompareBench.Run, _ entity: String = "items") -> String? {
        run.entity(entity)?["problem"]?.string
    }

    @Test("compares forms, types and numbers that are near as its definition says")
    func forms() async throws {
        try await bench.database.run(
            """
            alter table books.items alter column rate type double precision, alter column status type varchar(20);
            update books.items set name = '  ' || upper(name) || ' ', status = nullif(status, 'inactive');
            update shop.items set status = '' where status = 'inactive';
            update books.items set rate = rate + 0.004 where id % 2 = 0;
            update books.items set rate = rate + 0.02 where id = 10;
            """
        )
        try await bench.apply(
            """
              entity items
                left shop.items
                right books.items
                key id
                columns name trim lower, status blank, rate numeric within 0.01, changed
            """,
            head: "settle 0 s"
        )
        let run = try await bench.run()
        #expect(try await bench.differences(run) == ["different 10: rate"])
    }

    @Test(
        "compares nothing of an entity whose sides do not go together, and says why",
        arguments: [
            ("right books.items", "columns note", "shop.items has no column note"),
            ("right books.nothing", "columns name", "there is no table or view books.nothing"),
            (
                "right books.items", "columns name as changed",
                "name is text on one side and timestamp with time zone on the other"
            ),
        ]
    )
    func misfits(right: String, columns: String, message: String) async throws {
        try await bench.apply(
            "  entity items\n    left shop.items\n    \(right)\n    key id\n    \(columns)",
            head: "settle 0 s"
        )
        let run = try await bench.run()
        #expect(problem(run)?.hasPrefix(message) == true, "\(problem(run) ?? "none")")
        #expect(run.report["health"] == .null)
    }

    @Test("names what was not compared, and gives no good health without it")
    func partly() async throws {
        try await bench.apply(
            CompareBench.items + "\n  entity gone\n    left shop.gone\n    right books.items\n    key id",
            head: "settle 0 s"
        )
        let run = try await bench.run()
        #expect(run.count("matched") == 2_000)
        #expect(run.report["not_compared"]?.string == "gone")
        #expect(run.report["match"]?.number?.int == 100)
        #expect(run.report["health"]?.number?.description == "89.9")
        #expect(run.report["label"]?.string == "poor")
    }

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

    @Test("counts groups and metrics of both sides")
    func figures() async throws {
        try await bench.database.run("update books.items set status = 'gone' where id <= 7")
        try await bench.apply(
            CompareBench.items
                + """

                    groups status
                    metrics active count where status = 'active', value sum rate * weight, dear count where rate >= 1000.5
                """,
            head: "settle 0 s"
        )
        let items = try #require(try await bench.run().entity("items"))
        let expected = try await bench.database.lines(
            """
            select count(*) filter (where status = 'active') || ' ' || trim_scale(sum(rate * weight)::numeric) || ' '
                || count(*) filter (where rate >= 1000.5)
            from shop.items
            union all
            select count(*) filter (where status = 'active') || ' ' || trim_scale(sum(rate * weight)::numeric) || ' '
                || count(*) filter (where rate >= 1000.5)
            from books.items
            """
        )
        let found = ["left", "right"].map { side in
            ["active", "value", "dear"].compactMap { items["metrics"]?[$0]?[side]?.string }.joined(
                separator: " "
            )
        }
        #expect(found == expected)
        let groups = items["groups"]?["status"]?["different"]?.array ?? []
        #expect(groups.map { $0["value"]?.string } == ["active", "gone", "inactive"])
    }

    @Test("is scored as a few lines of SQL over its results score it")
    func score() async throws {
        try await bench.database.run(
            """
            delete from books.items where id <= 50;
            create table shop.few as select * from shop.items where id <= 10;
            create table books.few as select * from shop.few where id > 1;
            """
        )
        try await bench.apply(
            CompareBench.items
                + "\n    weight 3\n  entity few\n    left shop.few\n    right books.few\n    key id\n    columns name",
            head: "settle 0 s"
        )
        let run = try await bench.run()
        let own = try await bench.database.value(
            """
            select trunc(sum(weight * 100.0 * matched / (matched + missing_left + missing_right + different + ambiguous))
                / sum(weight), 1)
            from pgsync.compare_results where job = \(run.job)
            """
        )
        #expect(run.report["match"]?.number?.description == own)
        // (3 × 97.5 + 90) / 4
        #expect(own == "95.6")
        #expect(run.report["label"]?.string == "good")
    }

    @Test(
        "is judged by its exact match, which is never rounded up",
        arguments: [
            ("100", "perfect"), ("99", "perfect"), ("98.96", "good"), ("95", "good"), ("94.999", "warning"),
            ("90", "warning"), ("89.99", "critical"), ("0", "critical"),
        ]
    )
    func verdicts(match: String, verdict: String) async throws {
        #expect(try await bench.database.value("select pgsync.compare_verdict(\(match))") == verdict)
    }

    @Test("is made by one session at a time: who asks again gets the same job")
    func twice() async throws {
        try await bench.apply()
        let first = try await bench.request()
        let second = try await bench.request(heals: true)
        #expect(first.isNew && !second.isNew && first.job == second.job)
    }

    @Test("goes on behind the entities that are done when it was interrupted")
    func resumed() async throws {
        try await bench.database.run("update books.items set name = 'x' where id <= 3")
        try await bench.apply(
            CompareBench.items
                + "\n  entity again\n    left shop.items\n    right books.items\n    key id\n    columns name",
            head: "settle 2 s"
        )
        let shutdown = Shutdown()
        let database = bench.database
        async let interrupted = bench.run(until: shutdown)
        try await eventually {
            try await database.value("select count(*) from pgsync.compare_results") == "1"
        }
        shutdown.request()
        #expect(try await interrupted.ended.state == .interrupted)
        let before = try await database.value("select noted_at from pgsync.compare_results")
        let run = try await bench.run()
        #expect(run.ended.state == .completed)
        #expect(run.report["entities"]?.array?.count == 2)
        #expect(
            try await database.value("select noted_at from pgsync.compare_results where entity = 'items'")
                == before
        )
        #expect(try await database.value("select count(*) from pgsync.compare_runs") == "1")
    }

    @Test("gives rows that never stand still no difference, and counts them")
    func moving() async throws {
        try await bench.database.run("update books.items set name = 'x' where id = 2")
        try await bench.apply(head: "settle 1 s")
        let database = bench.database
        let writer = Task {
            try await database.connect { connection in
                while !Task.isCancelled {
                    _ = try await connection.withSession { session in
                        try session.execute("update shop.items set rate = rate + 1 where id = 1")
                    }
                    try await Task.sleep(for: .milliseconds(20))
                }
            }
        }
        defer { writer.cancel() }
        try await eventually {
            try await database.value("select rate > 2 from shop.items where id = 1") == "t"
        }
        let run = try await bench.run()
        #expect(run.count("moving") == 1)
        #expect(try await bench.differences(run) == ["different 2: name"])
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
