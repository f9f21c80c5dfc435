import Arguments
import JSON
import TestSupport
import Testing

@testable import PGSyncCLI

@Suite("A table that is only logged, on the command line", .timeLimit(.minutes(5)))
struct UnpostedCommandTests {
    @Test("attaches a table whose changes are only logged, and keeps that until it is said otherwise")
    func posting() async throws {
        try await CommandLineDatabase.migrated { database in
            try await database.query("create table bills (id bigint primary key, amount numeric)")
            func posts() async throws -> JSONValue? {
                try await database.run("sources", "--json").json[0]?["posts"]
            }
            #expect(await database.run("attach", "bills", "--posting", "maybe").exitCode == .usage)
            _ = await database.run("attach", "bills", "--posting", "no")
            #expect(try await posts() == false)
            #expect(await database.run("sources").output.contains("not posted"))
            #expect(try await !database.run("doctor", "--json").json.text().contains("rules.missing"))
            try await database.query("insert into bills (id) values (770077)")
            let change = try #require(
                try await database.query("select max(id)::text from pgsync.sync_logs")[0]
            )
            #expect(
                await database.run("queue", "show", change).output.contains(
                    "not posted: its table is only logged"
                )
            )
            let trace = await database.run("trace", "bills", "770077")
            #expect(trace.exitCode == .noSuchChange)
            #expect(
                trace.errors == "changes of public.bills are only logged; a trace follows what is posted\n"
            )
            try await database.query("alter table bills add column more text")
            for argument in ["--renew", "--before-image"] {
                let run = await database.run("attach", "bills", argument)
                #expect(run.exitCode == .success, "\(run.errors)")
                #expect(try await posts() == false)
            }
            _ = await database.run("attach", "bills", "--posting", "yes")
            #expect(try await posts() == true)
            #expect(try await database.run("doctor", "--json").json.text().contains("rules.missing"))
        }
    }
}
