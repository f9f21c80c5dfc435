import Arguments
import JSON
import PGSyncCore
import Testing

@testable import PGSyncCLI

@Suite("pgsync doctor", .timeLimit(.minutes(10)))
struct DoctorCommandTests {
    @Test("finds what is missing and, once it is there, says so")
    func schema() async throws {
        try await CommandLineDatabase.with { database in
            // A test server is not made to keep anything, which doctor is right to call a problem.
            let before = await database.run("doctor", "--quiet")
            #expect(before.exitCode == .problemsFound)
            #expect(before.output.contains("not installed"))
            #expect(before.output.contains("→ pgsync migrate\n"))
            _ = await database.run("migrate")
            let findings = try await findings(database.run("doctor", "--json"))
            #expect(findings["schema.version"] == "ok")
            #expect(findings["durability.level"] == "problem")
            #expect(findings.count == Check.all.count)
        }
    }

    @Test("works for a user who may see little, and notes what that one may not see")
    func reducedPrivileges() async throws {
        try await CommandLineDatabase.migrated { database in
            try await database.withRole { role in
                let run = await database.run("doctor", as: role)
                #expect(run.errors.isEmpty)
                #expect(run.output.contains("→ grant pg_monitor to \(role);\n"))
                let findings = try await findings(database.run("doctor", "--json", as: role))
                #expect(findings["upkeep.old_snapshots"] == "note")
                #expect(findings["schema.version"] == "note")
                #expect(findings["server.version"] != nil && findings["time.clock"] == "ok")
            }
        }
    }

    @Test("names what somebody took out of the queue, and its remedy puts it back")
    func lost() async throws {
        try await RuleBook.posting { book in
            let database = book.database
            let sound = try await findings(database.run("doctor", "--json"))
            #expect(sound["posting.lost"] == "ok")
            try await database.query(
                """
                insert into sales values (1, 100, 'final', '2026-01-05'), (2, 100, 'final', '2026-01-05');
                set pgsync.finishing = on;
                delete from pgsync.sync_queue
                """
            )
            let list = try #require(try await database.run("doctor", "--json").json["findings"]?.array)
            let lost = try #require(list.first { $0["finding"]?.string == "posting.lost" })
            #expect(lost["severity"]?.string == "problem")
            let run = await database.run("doctor")
            #expect(run.output.contains("2 changes neither wait nor are over: 2 of public.sales from "))
            let remedy = try #require(lost["remedy"]?.string)
            try await database.query(String(remedy.prefix { $0 != ";" }))
            _ = await database.run("worker", "--drain")
            #expect(try await findings(database.run("doctor", "--json"))["posting.lost"] == "ok")
        }
    }

    private func findings(_ run: CommandLineRun) throws -> [String: String] {
        let list = try #require(try run.json["findings"]?.array)
        let pairs = list.compactMap { finding in
            finding["finding"]?.string.flatMap { id in finding["severity"]?.string.map { (id, $0) } }
        }
        return Dictionary(pairs) { first, _ in first }
    }
}
