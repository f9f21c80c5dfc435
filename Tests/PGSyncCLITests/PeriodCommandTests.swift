import Arguments
import JSON
import Testing

@testable import PGSyncCLI

@Suite("pgsync period", .timeLimit(.minutes(10)))
struct PeriodCommandTests {
    @Test("leads a period from open to closed and back")
    func steps() async throws {
        try await CommandLineDatabase.migrated { database in
            let none = await database.run("period", "list")
            #expect(none.exitCode == .success && none.errors.contains("create one with pgsync period open"))
            let opened = await database.run(
                "period",
                "open",
                "Q2",
                "--from",
                "2026-04-01",
                "--until",
                "2026-06-30"
            )
            #expect(opened.output == "period Q2, 2026-04-01 to 2026-06-30, is open\n", "\(opened.errors)")
            let closing = try await database.run("period", "start-closing", "Q2", "--json").json
            #expect(closing["state"] == "closing" && closing["until"] == "2026-06-30")
            #expect(await database.run("period", "close", "Q2").output.hasSuffix("is closed\n"))
            #expect(
                await database.run("period", "list").output.contains(
                    /Q2 .* closed +20\d\d-\d\d-\d\d by postgres\n/
                )
            )
            let again = try await database.run("period", "reopen", "Q2", "--reason", "late bill", "--json")
                .json
            #expect(again["state"] == "open" && again["reopened_because"] == "late bill")
            #expect(await database.run("period", "list").output.contains(/Q2 .* open +late bill\n/))
        }
    }

    @Test("says what is in the way and what comes first")
    func refusals() async throws {
        try await CommandLineDatabase.migrated { database in
            try await database.query(
                """
                select ledger.import_chart('[{"code": "1900", "name": "Suspense", "type": "asset", "zero_to_close": true},
                    {"code": "4000", "name": "Income", "type": "income"}]');
                select ledger.open_period('2026', '2026-01-01', '2026-12-31');
                select ledger.post_entry('2026-04-10', 'INR', 'Sale',
                    '[{"account": "1900", "debit": 1}, {"account": "4000", "credit": 1}]');
                select ledger.open_period('2027', '2027-01-01', '2027-12-31');
                select ledger.start_closing('2026')
                """
            )
            let cases: [([String], UInt8, String)] = [
                (
                    ["open", "x", "--from", "2027-06-01", "--until", "2028-06-30"], 90,
                    "period 2027 covers 2027-01-01"
                ),
                (["open", "x", "--from", "2029-06-01", "--until", "2028-06-30"], 64, "is before --from"),
                (["open", "x", "--from", "2029-06-01"], 64, "missing option '--until DAY'"),
                (
                    ["open", "2027", "--from", "2030-01-01", "--until", "2030-01-31"], 90,
                    "period 2027 exists"
                ),
                (["close", "2027"], 90, "pgsync period start-closing '2027'"),
                (["close", "2026"], 90, "account 1900 is not zero"),
                (["close", "2O26"], 91, "did you mean '2026'?"),
                (["reopen", "2026"], 64, "missing option '--reason TEXT'"),
                (["reopen", "2026", "--reason", " "], 90, "a reason is required"),
            ]
            for (words, code, text) in cases {
                let run = await CommandLineRun(
                    ["period"] + words,
                    environment: ["PGSYNC_DATABASE_URL": database.url()]
                )
                #expect(run.exitCode.code == code, "\(words): \(run.errors)")
                #expect(run.errors.contains(text), "\(words): \(run.errors)")
            }
            try await database.withRole { role in
                try await database.query("grant pgsync_reader to \(role)")
                #expect(await database.run("period", "list", as: role).exitCode == .success)
                let refused = await database.run("period", "start-closing", "2027", as: role)
                #expect(refused.exitCode == .notPermitted && refused.errors.contains("grant pgsync_operator"))
            }
        }
    }
}
