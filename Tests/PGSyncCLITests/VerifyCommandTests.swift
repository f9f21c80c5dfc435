import Arguments
import FoundationEssentials
import JSON
import TestSupport
import Testing

@testable import PGSyncCLI

@Suite("pgsync verify and differences", .timeLimit(.minutes(10)))
struct VerifyCommandTests {
    /// Lends a ledger with two sales that are posted, one of which was changed where no trigger saw it.
    private func withDifference(_ body: @Sendable (CommandLineDatabase) async throws -> Void) async throws {
        try await RuleBook.posting { book in
            try await book.database.query(
                "insert into sales values (1, 100, 'final', '2026-01-05'), (2, 50, 'final', '2026-01-05')"
            )
            try await book.post()
            try await book.database.query(
                """
                alter table sales disable trigger "000_pgsync_update";
                update sales set total = 118 where id = 1;
                alter table sales enable always trigger "000_pgsync_update";
                """
            )
            try await body(book.database)
        }
    }

    @Test("says what it found, in words and by its exit code, and is clean once it has healed")
    func heals() async throws {
        try await withDifference { database in
            let found = await database.run("verify")
            #expect(found.exitCode == .differencesLeft)
            #expect(found.output.contains(/verified 2 records and 2 changes in .*job 1/), "\(found.output)")
            #expect(found.output.contains(/public.sales +2 +1 +0 +0 +0 +0 +0 +1\n/), "\(found.output)")
            #expect(
                found.output.contains(/1 +wrong_entry +open +public.sales +1 +18.00 +INR/),
                "\(found.output)"
            )
            #expect(found.output.contains("score 82.50 critical; see the differences"))

            let dry = await database.run("verify", "--heal", "--dry-run")
            #expect(dry.exitCode == .differencesLeft && dry.output.contains("healing stopped: dry run"))
            let healed = await database.run("verify", "--heal")
            #expect(healed.exitCode == .differencesHealed && healed.output.contains("differences: 1 healed"))
            _ = await database.run("worker", "--drain")
            let clean = await database.run("verify")
            #expect(
                clean.exitCode == .success && clean.output.contains("no differences\nscore 100.00 perfect")
            )
            let status = await database.run("status").output
            #expect(status.contains(/verified +.* ago, score 100.00 perfect; nothing to do/), "\(status)")

            let undone = await database.run("differences", "undo", "3")
            #expect(undone.exitCode == .success && undone.output.contains("its former entries stand again"))
            #expect(await database.run("verify").exitCode == .differencesLeft)
        }
    }

    @Test("shows a difference with what the rules say and what is posted, and keeps what a person decides")
    func decisions() async throws {
        try await withDifference { database in
            #expect(await database.run("differences", "list").errors == "no differences\n")
            _ = await database.run("verify")
            let shown = await database.run("differences", "show", "1").output
            #expect(shown.contains(/rules say +sale@1 1000 118.00 INR; sale@1 4000 -118.00 INR/), "\(shown)")
            #expect(shown.contains(/posted +sale@1 1000 100.00 INR; sale@1 4000 -100.00 INR/), "\(shown)")

            #expect(await database.run("differences", "accept", "1").exitCode == .usage)
            let accepted = await database.run("differences", "accept", "1", "--reason", "agreed")
            #expect(accepted.output == "difference 1 is accepted\n")
            #expect(await database.run("verify").exitCode == .success)
            #expect(await database.run("differences", "list").errors == "no differences\n")
            let listed = try await database.run("differences", "list", "--all", "--json").json
            #expect(listed[0]?["state"] == "accepted" && listed[0]?["reason"] == "agreed")
            #expect(listed[0]?["amount"] == "18.00" && listed[0]?["seen"] == 2)
            #expect(await database.run("differences", "reopen", "1").exitCode == .success)
            #expect(await database.run("differences", "show", "7").exitCode == .noSuchChange)
        }
    }

    @Test("writes the report as it is stored, so that its digest can be checked")
    func report() async throws {
        try await withDifference { database in
            let path = FileManager.default.temporaryDirectory
                .appending(path: "report-\(UInt64.random(in: 0 ... .max))").path
            defer { try? FileManager.default.removeItem(atPath: path) }
            let run = try await database.run("verify", "--report", path, "--json").json
            let text = try String(contentsOf: URL(filePath: path), encoding: .utf8)
            let report = try JSONValue(parsing: text)
            #expect(report["job"] == 1 && report["counts"]?["differences"] == 1)
            #expect(report["differences"]?[0]?["kind"] == "wrong_entry")
            let stored = try await database.query(
                "select encode(sha256(convert_to(report, 'UTF8')), 'hex') from pgsync.verify_runs"
            )
            #expect([run["digest"]?.string] == stored)
            #expect(report["queries"]?["compare_records"]?.string?.count == 64)
        }
    }

    @Test("refuses what makes no sense, and says what to do")
    func refusals() async throws {
        try await withDifference { database in
            let dry = await database.run("verify", "--dry-run")
            #expect(dry.exitCode == .usage && dry.errors.contains("--dry-run says what --heal would do"))
            let span = await database.run("verify", "--since", "2026-02-01", "--until", "2026-01-01")
            #expect(span.exitCode == .usage && span.errors.contains("--until 2026-01-01 is before"))
            #expect(await database.run("verify", "--source", "nothing").exitCode == .noTable)
            #expect(await database.run("verify", "--source", "pg_class").exitCode == .refused)
            let undo = await database.run("differences", "undo", "1")
            #expect(undo.exitCode == .refused && undo.errors.contains("job 1 healed nothing"))
            let since = await database.run("verify", "--since", "2020-01-01")
            #expect(since.exitCode == .differencesLeft && since.output.contains("wrong_entry"))
            // The table was written to without its triggers, so all of it is compared.
            #expect(await database.run("verify", "--until", "2020-01-01").exitCode == .differencesLeft)
        }
    }
}
