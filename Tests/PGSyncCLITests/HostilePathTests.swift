import Arguments
import FoundationEssentials
import TestSupport
import Testing

@testable import PGSyncCLI

@Suite("In a database whose path leads to doubles of all that PostgreSQL has", .timeLimit(.minutes(10)))
struct HostilePathTests {
    @Test("no command calls one, whoever runs it")
    func callsNone() async throws {
        try await RuleBook.posting { book in
            let database = book.database
            try await book.sell(1, 2)
            try await database.query(Shadows.prepare(path: "shadow, pg_catalog, public"))
            let rules = book.path("sale")
            try book.write(RuleBook.rule(version: 2))
            let commands: [[String]] = [
                ["migrate"], ["migrate", "--status"], ["doctor"], ["status"],
                ["top", "--json", "--interval", "200ms"],
                ["sources"], ["attach", "public.sales", "--dry-run"], ["attach", "sales"], ["queue", "list"],
                ["dead", "list"], ["trace", "sales", "1"], ["rules", "check", rules],
                ["rules", "test", rules],
                ["rules", "diff", rules], ["rules", "list"],
                ["rules", "apply", rules, "--from", "2026-02-01"],
                ["pause", "sales"], ["resume", "sales"], ["backfill", "sales"], ["worker", "--drain"],
                ["worker", "--once", "--poll"], ["config", "list"],
                ["config", "set", "queue_batch_size", "400"],
                ["period", "list"], ["ledger", "check"], ["ledger", "entries"], ["ledger", "trial-balance"],
                ["detach", "fees"],
            ]
            for words in commands {
                let run = await CommandLineRun(words, environment: ["PGSYNC_DATABASE_URL": database.url()])
                #expect(
                    run.exitCode == .success || words == ["doctor"] || words.contains("diff"),
                    "\(words): \(run.errors)"
                )
            }
            try await database.withRole { role in
                try await database.query("grant pgsync_operator, pgsync_worker to \(role)")
                for words in [
                    ["status"], ["doctor"], ["sources"], ["trace", "public.sales", "1"],
                    ["worker", "--drain"],
                ] {
                    _ = await CommandLineRun(
                        words,
                        environment: ["PGSYNC_DATABASE_URL": database.url(as: role)]
                    )
                }
                try await database.query("revoke pgsync_operator, pgsync_worker from \(role)")
            }
            // What a session has called is known once it has ended.
            #expect(try await database.query(Shadows.question) == [])
            // The doubles are there for who looks along the path.
            try await database.query("select 1 from (values ('x')) as v (x) where x = 'x'")
            try await eventually { try await !database.query(Shadows.question).isEmpty }
        }
    }

    @Test("nothing in the sources leaves the path to the server")
    func fence() throws {
        let package = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
        var connecting: [String] = []
        for file in try Sources.swiftFiles(in: "\(package)/Sources") {
            let text = try String(contentsOfFile: file, encoding: .utf8)
            #expect(!text.contains("searchPath = nil"), "\(file)")
            // The measurements of the client library compare it with libpq alone.
            guard !file.contains("/PostgresBenchmark/") else { continue }
            if text.contains("PQconnect") || text.contains("ConnectionHandle.connect(") {
                connecting.append(file)
            }
        }
        #expect(
            connecting.map { $0.split(separator: "/").last.map(String.init) ?? "" }.sorted()
                == ["ConnectionHandle.swift", "OpenedConnection.swift"]
        )
        let opening = try String(
            contentsOfFile: "\(package)/Sources/Postgres/Connection/OpenedConnection.swift",
            encoding: .utf8
        )
        let path = try #require(opening.firstRange(of: "settlePath"))
        for other in ["settleFormats", "query(", "runScript(", "execute("] {
            guard let place = opening.firstRange(of: other) else { continue }
            #expect(path.lowerBound < place.lowerBound, "\(other) comes before the path is set")
        }
    }
}
