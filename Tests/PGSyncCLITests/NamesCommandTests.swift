import JSON
import Testing

@testable import Arguments
@testable import PGSyncCLI

@Suite("pgsync names", .timeLimit(.minutes(10)))
struct NamesCommandTests {
    @Test("prints what a shell completes, of each kind")
    func kinds() async throws {
        try await RuleBook.posting { book in
            try await book.database.query(
                """
                create table "My Table" (id int primary key);
                insert into sales values (1, null, 'final', '2026-01-05'), (2, 5, 'final', '2026-01-05');
                """
            )
            try await book.post()
            try await book.database.query("insert into sales values (3, 5, 'final', '2026-01-05')")
            let database = book.database
            #expect(await database.run("names", "tables").output == "public.fees\npublic.sales\n")
            #expect(await database.run("names", "unattached-tables").output == "public.\"My Table\"\n")
            #expect(await database.run("names", "rules").output == "sale\n")
            #expect(await database.run("names", "accounts").output == "1000\n4000\n4100\n")
            #expect(await database.run("names", "changes").output == "1\n3\n")
            #expect(try await database.run("names", "dead-letters", "--json").json == ["1"])
            #expect(
                await database.run("names", "schedules").output == "chain\nreconcile\nretention\nverify\n"
            )
            #expect(await database.run("names", "settings").output.contains("\nqueue_batch_size\n"))
            let periods = await database.run("names", "periods")
            #expect(periods.exitCode == .success && periods.output.contains("2026"))
            let unknown = await database.run("names", "tablets")
            #expect(unknown.exitCode == .usage && unknown.errors.contains("did you mean 'tables'?"))
        }
    }

    @Test("is what completes a parameter wherever something with a name is asked for")
    func parameters() {
        let asked = Set(["TABLE", "KEY", "ID", "NAME", "ACCOUNT"])
        for (path, command) in PGSyncProgram.program.outline.commands {
            for spec in command.arguments where asked.contains(spec.name) {
                let isNew =
                    [
                        "pgsync trace", "pgsync period open", "pgsync image-keys add", "pgsync token create",
                        "pgsync node add",
                    ]
                    .contains(path)
                    && spec.name != "TABLE"
                #expect((spec.namesCommand == nil) == isNew, "\(path) \(spec.name)")
                let words = spec.namesCommand?.split(separator: " ").map(String.init)
                #expect(throws: Never.self) { try words.map { try PGSyncProgram.program.parse($0) } }
            }
        }
    }
}
