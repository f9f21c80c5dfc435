import JSON
import PGSyncDelivery
import PGSyncOperations
import PGSyncRules
import PGSyncStore
import Postgres
import Services
import TestSupport
import Testing

@testable import PGSyncCompare

extension Trait where Self == DatabaseTrait {
    /// Two tables of one shape in two schemas, with 2,000 equal rows.
    static var twoSides: DatabaseTrait {
        .migrated(
            as: "two_sides",
            """
            create schema shop;
            create schema books;
            create table shop.items (
                id bigint primary key, name text, status text, rate numeric, weight double precision, changed timestamptz
            );
            create table books.items (like shop.items including all, note text);
            insert into shop.items
            select
                n, 'Item ' || n, case when n % 7 = 0 then 'inactive' else 'active' end, n * 1.10, n / 3.0,
                timestamptz '2026-01-01' + n * interval '1 s'
            from generate_series(1, 2000) as n;
            insert into books.items select own.*, 'kept' from shop.items as own;
            """
        )
    }
}

/// Comparisons in the database of the test.
struct CompareBench: Sendable {
    static let items = """
          entity items
            left shop.items
            right books.items
            key id
            columns name, status, rate, weight, changed
        """

    let database = TestDatabase.current
    var site = DeliverySite(variables: [:])
    var ignoresGuard = false
    /// Who runs it; the owner of the database if nil.
    var options: ConnectionOptions?

    /// What a run ended with.
    struct Run {
        let job: Int64
        let report: JSONValue
        let ended: JobRunner.Report

        func entity(_ name: String) -> JSONValue? {
            report["entities"]?.array?.first { $0["entity"]?.string == name }
        }

        func count(_ field: String, of entity: String = "items") -> Int? {
            self.entity(entity)?[field]?.number?.int
        }
    }

    func apply(_ entities: String = items, head: String = "settle 1 s", version: Int = 1) async throws {
        let text = "compare test version \(version)\n  \(head)\n\(entities)\n"
        let comparison = try #require(ComparisonFile(name: "test", text: text).comparison)
        _ = try await database.session { session in
            try CompareStore(session).apply(comparison, content: text, cron: nil)
        }
    }

    func request(
        _ entities: [String]? = nil,
        heals: Bool = false,
        isDry: Bool = false
    ) async throws -> (job: Int64, isNew: Bool) {
        try await database.session { session in
            try CompareStore(session).request(
                "test",
                entities: entities,
                heals: heals,
                isDry: isDry,
                trigger: "cli"
            )
        }
    }

    @discardableResult
    func run(
        _ entities: [String]? = nil,
        heals: Bool = false,
        isDry: Bool = false,
        until shutdown: Shutdown = Shutdown()
    ) async throws -> Run {
        let job = try await request(entities, heals: heals, isDry: isDry).job
        let operation = CompareOperation(
            to: options ?? database.options,
            site: site,
            ignoresGuard: ignoresGuard
        )
        let ended = try await PostgresConnection.withConnection(to: options ?? database.options) {
            connection in
            try await JobRunner([operation]).run(job, on: connection, until: shutdown)
        }
        let report = try await database.session { try CompareStore($0).report(job) }
        return Run(job: job, report: report, ended: try #require(ended))
    }

    /// The differences of a run, as "kind key: columns".
    func differences(_ run: Run) async throws -> [String] {
        try await database.lines(
            """
            select own.kind || ' ' || (
                select string_agg(key.value, ',') from jsonb_each_text(own.key) as key
            ) || ': ' || array_to_string(own.columns, ',')
            from pgsync.compare_differences as own
            where own.job = \(run.job)
            order by own.id
            """
        )
    }
}
