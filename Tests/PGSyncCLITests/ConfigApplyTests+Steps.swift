import Arguments
import Postgres
import Testing

@testable import PGSyncCLI

extension ConfigApplyTests {
    @Test("stops where a table is locked, says what was done, and goes on the next time")
    func goesOn() async throws {
        try await ConfigurationBook.with { book in
            let options = try ConnectionOptions(book.database.url())
            try await PostgresConnection.withConnection(to: options) { connection in
                try await connection.withSession { session in
                    try session.execute("begin")
                    try session.execute("lock table public.payments")
                }
                let run = await book.apply("--patience", "0s")
                #expect(run.exitCode == .lockTimeout, "\(run.errors)")
                #expect(
                    run.errors.contains(/\d+ of \d+ changes were made; to continue, apply the file again/)
                )
                try await connection.withSession { _ = try $0.execute("rollback") }
            }
            let again = await book.apply()
            #expect(again.exitCode == .success, "\(again.errors)")
            #expect(
                again.output.hasPrefix("+ table public.payments\n+ table \"My Schema\""),
                "\(again.output)"
            )
            #expect(await book.apply().output.hasSuffix("all is as the file says\n"))
        }
    }

    @Test("needs no more rights than its changes do, and says which ones are lacking")
    func rights() async throws {
        try await ConfigurationBook.with { book in
            try await book.database.withRole { role in
                try await book.database.query("grant pgsync_operator to \(role)")
                func apply() async -> CommandLineRun {
                    await CommandLineRun(
                        ["config", "apply", book.path("pgsync.conf")],
                        environment: ["PGSYNC_DATABASE_URL": book.database.url(as: role)]
                    )
                }
                try book.write("table public.payments\n")
                let table = await apply()
                #expect(table.exitCode == .notPermitted && table.output == "")
                #expect(
                    table.errors.contains(
                        "pgsync.conf:1:7: error: public.payments can only be attached by its owner"
                    )
                )
                try book.write("chart chart.csv\nrules rules\n")
                let rules = await apply()
                #expect(rules.exitCode == .notPermitted && rules.output == "")
                #expect(
                    rules.errors.contains("pgsync.conf:2:7: error: \(role) cannot act as"),
                    "\(rules.errors)"
                )
                try book.write("settings\n  queue_batch_size 300\nchart chart.csv\n")
                let settings = await apply()
                #expect(settings.exitCode == .success, "\(settings.errors)")
                #expect(settings.output.hasSuffix("35 changes made\n"), "\(settings.output)")
            }
        }
    }
}
