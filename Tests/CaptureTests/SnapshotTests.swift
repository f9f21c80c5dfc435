import FoundationEssentials
import Postgres
import TestSupport
import Testing

/// What capture makes of a table, as files to read: `Snapshots` has what runs in the transactions of applications.
@Suite("Generated functions", .captured, .timeLimit(.minutes(5)))
struct SnapshotTests {
    private let database = TestDatabase.current

    @Test(
        "are those in Snapshots",
        arguments: [
            ("by_statement", "select pgsync.attach('public.bills')"),
            ("by_row", "select pgsync.attach('public.bills', kind => 'row')"),
            (
                "listed_columns",
                "select pgsync.attach('public.bills', kind => 'row', columns => array['amount'], before_image => true)"
            ),
        ]
    )
    func snapshot(name: String, attach: String) async throws {
        try await database.run(
            "create table public.bills (id bigint primary key, amount numeric(12, 2), paid_at timestamptz, notes jsonb);"
                + attach
        )
        // The number of a table is another in each database.
        let written =
            "-- Long because each action has branches of its own. Made by: \(attach)\n"
            + (try await database.session { session in
                try session.query(
                    """
                    select replace(pg_get_functiondef(made.oid), relation.oid::text, 'NNNNN') as text
                    from pg_catalog.pg_class as relation
                    inner join pgsync.sources as source on source.source_table = relation.oid
                    inner join pg_catalog.pg_proc as made on made.proname in (source.function_name, source.function_name || '_read')
                    order by made.proname
                    """
                ).map { try $0.decode(0, as: String.self) }
            }).joined(separator: ";\n\n") + ";\n"
        let path = #filePath.replacing("SnapshotTests.swift", with: "Snapshots/\(name).sql")
        if ProcessInfo.processInfo.environment["PGSYNC_WRITE_SNAPSHOTS"] != nil {
            try Data(written.utf8).write(to: URL(filePath: path))
        }
        let isSame = written == (try? String(contentsOf: URL(filePath: path), encoding: .utf8))
        #expect(
            isSame,
            "if the change is meant, write it: PGSYNC_WRITE_SNAPSHOTS=1 swift test --filter SnapshotTests\n\(written)"
        )
    }
}
