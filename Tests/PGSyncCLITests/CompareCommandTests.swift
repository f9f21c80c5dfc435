import Arguments
import Files
import JSON
import TestSupport
import Testing

@testable import PGSyncCLI

@Suite("pgsync compare", .timeLimit(.minutes(5)))
struct CompareCommandTests {
    private static func definition(version: Int = 1, every: String = " every 6 h", _ more: String = "")
        -> String
    {
        """
        compare shop version \(version)\(every)
          sides Shop, Books
          settle 0 s
          entity items
            left shop.items
            right books.items
            key id
            columns name
            sync above 5
            heal by copy
        \(more)
        """
    }

    /// Two tables of 100 equal rows, and a file of the test's own.
    private func withSides(_ body: @Sendable (CommandLineDatabase, _ directory: String) async throws -> Void)
        async throws
    {
        try await CommandLineDatabase.migrated { database in
            try await database.query(
                """
                create schema shop; create schema books;
                create table shop.items as select n as id, 'item ' || n as name from generate_series(1, 100) as n;
                create table books.items as table shop.items;
                """
            )
            let directory = "\(ScratchSpace.directory)/compare-\(UInt64.random(in: 0 ... .max))"
            try Directory.create(directory)
            defer { Directory.remove(directory) }
            try await body(database, directory)
        }
    }

    private func apply(_ text: String, _ database: CommandLineDatabase, _ directory: String) async throws
        -> CommandLineRun
    {
        let file = try ReplacementFile("\(directory)/shop.compare", mode: 0o600)
        try file.write(text)
        try file.finish()
        return await database.run("compare", "apply", "\(directory)/shop.compare")
    }

    @Test(
        "compares, says what it would mend, mends, writes both files, and ends as the page of exit codes says"
    )
    func life() async throws {
        try await withSides { database, directory in
            #expect(try await apply(Self.definition(), database, directory).exitCode == .success)
            #expect(await database.run("compare", "doctor", "shop").exitCode == .success)
            #expect(await database.run("compare", "run", "shop").exitCode == .success)

            try await database.query("delete from books.items where id <= 6")
            let dry = await database.run(
                "compare",
                "run",
                "shop",
                "--sync",
                "--dry-run",
                "--entities",
                "items"
            )
            #expect(dry.exitCode == .recordsLeft)
            #expect(
                dry.output.contains(
                    "  items         Shop: 100 | Books: 94 | Diff: +6 | 94.0% WARNING, sync due: more than 5"
                )
            )
            #expect(dry.output.hasSuffix("DRY RUN - Would sync:\n  - 6 items\n"))
            let found = await database.run("compare", "differences", "shop", "--limit", "2")
            #expect(found.output == "items id 1: only in Shop\nitems id 2: only in Shop\n")

            let (report, summary) = ("\(directory)/report.json", "\(directory)/summary.txt")
            let files = ["--output", report, "--summary-file", summary]
            let sync = await CommandLineRun(
                ["compare", "run", "shop", "--sync"] + files,
                environment: ["PGSYNC_DATABASE_URL": database.url()]
            )
            #expect(sync.exitCode == .success, "\(sync.output)\(sync.errors)")
            #expect(sync.output.hasSuffix("Sync Results:\n  items: 6 synced\n"))
            let written = String(decoding: try OpenFile.bytes(of: report, limit: 1 << 20), as: UTF8.self)
            #expect(try JSONValue(parsing: written)["entities"]?[0]?["healed"] == 6)
            let block = String(decoding: try OpenFile.bytes(of: summary, limit: 1 << 20), as: UTF8.self)
            #expect(block.contains("\nRun #3 - 20") && block.contains("Overall Match: 94.0%"))
            #expect(block.contains("  - items: 94.0% match (6 issues)\n\nSync Results:\n  items: 6 synced\n"))
            #expect(await database.run("compare", "undo", "shop").output == "6 rows undone\n")
            #expect(try await database.query("select count(*) from books.items") == ["94"])
        }
    }

    @Test(
        "ends with 89 where a person has to agree, with 1 where an entity is not compared, and names what it has not"
    )
    func exits() async throws {
        try await withSides { database, directory in
            let broken = "  entity gone\n    left shop.gone\n    right books.items\n    key id"
            #expect(try await apply(Self.definition(broken), database, directory).exitCode == .success)
            try await database.query("delete from books.items where id <= 50")
            let guarded = await database.run("compare", "run", "shop", "--sync", "--entities", "items")
            #expect(guarded.exitCode == .stoppedByGuard)
            #expect(
                guarded.output.contains(
                    "items: 50 of 100 rows differ: if all that is meant, pgsync compare run shop --sync --force"
                )
            )
            #expect(await database.run("compare", "doctor", "shop").exitCode == .problemsFound)
            let partly = await database.run("compare", "run", "shop")
            #expect(partly.exitCode == .problemsFound)
            #expect(partly.output.contains("gone          NOT COMPARED: there is no table or view shop.gone"))
            let forced = await database.run(
                "compare",
                "run",
                "shop",
                "--sync",
                "--force",
                "--entities",
                "items"
            )
            #expect(forced.exitCode == .success && forced.output.contains("items: 50 synced"))
            let unknown = await database.run("compare", "run", "shop", "--entities", "itmes")
            #expect(unknown.exitCode != .success && unknown.errors.contains("shop has no entity itmes"))
            #expect(unknown.errors.contains("items, gone"))
            #expect(await database.run("compare", "run", "shpo").exitCode == .noTable)
        }
    }

    @Test("has a schedule that a user may change for good, and refuses one that no clock can say")
    func schedule() async throws {
        try await withSides { database, directory in
            let own = "select cron || ' ' || type from pgsync.sync_schedules where name = 'compare-shop'"
            #expect(try await apply(Self.definition(), database, directory).exitCode == .success)
            #expect(try await database.query(own) == ["0 */6 * * * sync"])
            #expect(
                await database.run("schedule", "set", "compare-shop", "--type", "compare").exitCode
                    == .success
            )
            let next = Self.definition(version: 2, every: " every 12 h")
            #expect(try await apply(next, database, directory).exitCode == .success)
            #expect(try await database.query(own) == ["0 */12 * * * compare"])
            let odd = try await apply(
                Self.definition(version: 3, every: " every 45 min"),
                database,
                directory
            )
            #expect(odd.exitCode != .success && odd.errors.contains("a schedule cannot run it so often"))
            #expect(
                try await apply(Self.definition(version: 3, every: ""), database, directory).exitCode
                    == .success
            )
            #expect(try await database.query(own).isEmpty)
        }
    }
}
