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
            ("right books.items", "columns name\n    copies nmae", "shop.items has no column nmae"),
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

    @Test("finds rows by keys of other types and collations, once each")
    func keys() async throws {
        try await bench.database.run(
            """
            create collation shop.anycase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
            create table shop.parts (code text collate shop.anycase, number integer, short varchar(4), fixed char(5), doc json);
            create table books.parts (code text, number bigint, short varchar(8), fixed char(8), doc json);
            insert into shop.parts
            select 'Code' || n, n, 'v' || n, 'f', '{"a": 1}' from generate_series(1, 100) as n;
            insert into books.parts select code, number, short, fixed, '{"a":1}' from shop.parts;
            insert into books.parts values ('Code999', 3000000000, 'abcdefgh', 'f', '{}');
            update books.parts set fixed = 'g' where number = 50;
            """
        )
        for key in ["code", "number", "short"] {
            let version = try #require(["code", "number", "short"].firstIndex(of: key))
            let columns = ["code", "number", "short", "fixed", "doc"].filter { $0 != key }.joined(
                separator: ", "
            )
            try await bench.apply(
                "  entity parts\n    left shop.parts\n    right books.parts\n    key \(key)\n    columns \(columns)",
                head: "settle 0 s",
                version: version + 1
            )
            let run = try await bench.run()
            #expect(run.count("different", of: "parts") == 1, "\(key)")
            #expect(run.count("missing_left", of: "parts") == 1, "\(key)")
            #expect(run.count("matched", of: "parts") == 99, "\(key)")
        }
    }

    @Test("names what was not compared, and gives no good health without it")
    func partly() async throws {
        try await bench.apply(
            CompareBench.items + "\n  entity gone\n    left shop.gone\n    right books.items\n    key id",
            head: "settle 0 s"
        )
        let run = try await bench.run()
        #expect(run.count("matched") == 2_000)
        #expect(run.report["capped_by"]?.string == "gone")
        #expect(run.report["match"]?.number?.description == "100.0")
        #expect(run.report["health"]?.number?.description == "89.9")
        #expect(run.report["label"]?.string == "poor")
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

    @Test("that was killed while it mended leaves the rest to the next, and says so")
    func interruptedHeal() async throws {
        try await bench.database.run(
            """
            update books.items set name = 'old' where id <= 20;
            create function books.wait() returns trigger language plpgsql as
            'begin if new.id = 9 then perform pg_sleep(600); end if; return new; end';
            create trigger wait before update on books.items for each row execute function books.wait();
            """
        )
        try await bench.apply(CompareBench.items + "\n    heal by copy", head: "settle 0 s")
        let (database, bench) = (bench.database, bench)
        let running = Task { try await bench.run(heals: true) }
        try await eventually {
            try await database.value(
                "select count(*) >= 8 from pgsync.compare_differences where state = 'healed'"
            ) == "t"
        }
        // As when the worker dies: its session ends, and the job is another's.
        try await eventually {
            try await database.value(
                "select pg_terminate_backend(pid) from pg_stat_activity where query like '%books%' and wait_event = 'PgSleep'"
            ) == "t"
        }
        _ = await running.result
        try await database.run("drop trigger wait on books.items")
        let run = try await bench.run(heals: true)
        #expect(run.ended.state == .completed)
        #expect(run.count("healed") == 8)
        #expect(run.entity("items")?["heal_problem"]?.string == "it was interrupted; the next run goes on")
        // What was done can be undone.
        let undone = try await CompareUndo(to: database.options, site: bench.site).run(run.job, entity: nil)
        #expect(undone.undone == 8)
        #expect(try await bench.run(heals: true).count("healed") == 20)
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
}
