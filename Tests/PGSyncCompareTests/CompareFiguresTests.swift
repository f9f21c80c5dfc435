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

@Suite("The figures of a comparison", .twoSides, .timeLimit(.minutes(5)))
struct CompareFiguresTests {
    private let bench = CompareBench()

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

    @Test("says which share of another entity has one")
    func coverage() async throws {
        try await bench.database.run(
            """
            create table shop.photos as select id from shop.items where id <= 1500;
            create table books.photos as select id from shop.items where id <= 1255;
            """
        )
        try await bench.apply(
            CompareBench.items
                + "\n  entity photos\n    left shop.photos\n    right books.photos\n    key id\n    coverage of items",
            head: "settle 0 s"
        )
        let photos = try #require(try await bench.run().entity("photos"))
        #expect(photos["coverage"]?.number?.description == "62.7" && photos["covers"]?.string == "items")
    }

    @Test("says that groups are not all shown where there are more than it reads")
    func manyGroups() async throws {
        try await bench.database.run("update books.items set name = 'other' where id = 1")
        try await bench.apply(CompareBench.items + "\n    groups name", head: "settle 0 s")
        let group = try #require(try await bench.run().entity("items")?["groups"]?["name"])
        #expect(group["is_capped"]?.bool == true)
        // One value that only one side gave of those that were read is no difference.
        #expect(
            group["different"]?.array?.allSatisfy {
                $0["left"]?.number?.int != 0 && $0["right"]?.number?.int != 0
            } == true
        )
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
}
