import Arguments
import JSON
import TestSupport
import Testing

@testable import PGSyncCLI

@Suite("pgsync attach --rule", .timeLimit(.minutes(5)))
struct AttachRuleTests {
    @Test("applies a rule with the table, and attaches nothing when there is a mistake in it")
    func attaches() async throws {
        try await RuleBook.with { book in
            let database = book.database
            let path = try book.write(RuleBook.rule(credit: "9999"))
            let wrong = await database.run("attach", "sales", "--rule", path)
            #expect(wrong.exitCode == .wrongRules && wrong.errors.contains("9999"), "\(wrong.errors)")
            #expect(await database.run("sources", "--json").output == "[]\n")

            try book.write(RuleBook.rule())
            let dry = await database.run("attach", "sales", "--rule", path, "--dry-run")
            #expect(dry.exitCode == .success, "\(dry.errors)")
            #expect(try await book.rules("list", "--json").json == [])
            #expect(await database.run("sources", "--json").output == "[]\n")

            let run = await database.run("attach", "sales", "--rule", path)
            #expect(run.exitCode == .success && run.output.contains("sale@1"), "\(run.errors)")
            #expect(!run.errors.contains("is not attached"))
            try await database.query(
                """
                select ledger.open_period('2026', '2026-01-01', '2026-12-31');
                insert into sales values (1, 3, 'final', '2026-03-05');
                select pgsync.process_batch('test')
                """
            )
            #expect(await database.run("ledger", "entries", "--json").output.contains("sale@1"))
        }
    }
}
