import Arguments
import FoundationEssentials
import JSON
import Testing

@testable import PGSyncCLI

@Suite("pgsync config export", .timeLimit(.minutes(10)))
struct ConfigExportTests {
    private func contents(of directory: String) throws -> [String: String] {
        var files: [String: String] = [:]
        for path in try FileManager.default.subpathsOfDirectory(atPath: directory) {
            files[path] = try? String(contentsOfFile: "\(directory)/\(path)", encoding: .utf8)
        }
        return files
    }

    @Test("says which tables are only logged, and exports that")
    func posting() async throws {
        try await ConfigurationBook.with { book in
            _ = await book.apply()
            try book.write(
                ConfigurationBook.page.replacing(
                    "  site     \"A Note\"",
                    with: "  site     \"A Note\"\n  posting  no"
                )
            )
            let run = await book.apply()
            #expect(
                run.output.hasPrefix("~ table \"My Schema\".\"My Table\": posting yes -> no\n"),
                "\(run.output)"
            )
            #expect(await book.apply().output.hasSuffix("unchanged\nall is as the file says\n"))
            #expect(
                await book.database.run("config", "export").output
                    .contains("  site     \"A Note\"\n  posting  no\n\n")
            )
            try book.write(ConfigurationBook.page)
            let back = await book.apply()
            #expect(
                back.output.hasPrefix("~ table \"My Schema\".\"My Table\": posting no -> yes\n"),
                "\(back.output)"
            )
        }
    }

    @Test("writes what brings another database to the same, from which the same is written")
    func roundTrip() async throws {
        try await ConfigurationBook.with { book in
            _ = await book.apply()
            // A version that another has taken all days from, one from a day on, and one that is retired.
            let lab = try book.read("rules/lab.rules")
            for (version, day) in [(2, "2026-04-01"), (3, "2026-04-01")] {
                try book.write(
                    lab.replacing("version 1 on", with: "version \(version) on"),
                    to: "rules/lab.rules"
                )
                let run = await book.database.run("rules", "apply", book.path("rules"), "--from", day)
                #expect(run.exitCode == .success, "\(run.errors)")
            }
            _ = await book.database.run("rules", "retire", "ultrasound_bill", "--from", "2026-05-01")
            try await book.database.query(
                """
                insert into ledger.accounts (code, name, type, parent)
                values ('9000', '=1+1, "so called"', 'expense', null), ('9001', 'Part', 'expense', '9000');
                """
            )
            let run = await book.database.run("config", "export", "--output", book.path("one"))
            #expect(run.exitCode == .success, "\(run.errors)")
            #expect(run.output == "\(book.path("one"))/pgsync.conf and 10 files it refers to\n")
            let first = try contents(of: book.path("one"))
            let page = try #require(first["pgsync.conf"])
            #expect(
                page.contains(
                    """
                    excluded hr.'%'  'What people earn stays in hr.'

                    table "My Schema"."My Table"
                      key      Id
                      columns  Id, "A Note", amount
                      kind     row
                      actions  create, update
                      before   image
                      site     "A Note"

                    """
                ),
                "\(page)"
            )
            #expect(page.contains("rules rules/lab_bill_v3.rules from 2026-04-01\n"))
            #expect(page.contains("rules rules/ultrasound_bill_v1.rules until 2026-05-01\n"))
            #expect(first["rules/lab_bill_v2.rules"] == nil && first["rules/lab_bill_v1.rules"] != nil)
            #expect(await book.database.run("config", "export").output == page)
            let own = await book.database.run("config", "apply", book.path("one/pgsync.conf"))
            #expect(
                own.output.hasSuffix("unchanged\nall is as the file says\n"),
                "\(own.output)\(own.errors)"
            )

            try await ConfigurationBook.withTables { other in
                let applied = await other.run("config", "apply", book.path("one/pgsync.conf"))
                #expect(applied.exitCode == .success, "\(applied.errors)")
                _ = await other.run("config", "export", "--output", book.path("two"))
                let second = try contents(of: book.path("two"))
                #expect(second == first)
            }
        }
    }

    @Test("writes over nothing unless it is told to, and then whole files")
    func overwriting() async throws {
        try await ConfigurationBook.with { book in
            try book.write("mine\n")
            let refused = await book.database.run("config", "export", "--output", book.directory)
            #expect(refused.exitCode == .cannotWrite)
            #expect(refused.errors.contains("pgsync.conf: it exists; --force overwrites it"))
            #expect(try book.read("pgsync.conf") == "mine\n")
            let json = try await book.database.run(
                "config",
                "export",
                "--output",
                book.directory,
                "--force",
                "--json"
            ).json
            #expect(json["files"] == ["pgsync.conf"])
            #expect(try book.read("pgsync.conf").hasPrefix("# Settings, schedules, channels, accounts,"))
            let none = await book.database.run("config", "export", "--output", book.path("no/where"))
            #expect(none.exitCode == .cannotWrite, "\(none.errors)")
            #expect(await book.database.run("config", "export", "--force").exitCode == .usage)
        }
    }

    @Test("is for who may only read, and refuses names that no file can hold")
    func readers() async throws {
        try await ConfigurationBook.with { book in
            _ = await book.apply()
            try await book.database.withRole { role in
                try await book.database.query("grant pgsync_reader to \(role)")
                let run = await book.database.run("config", "export", "--json", as: role)
                #expect(run.exitCode == .success, "\(run.errors)")
                #expect(try run.json["files"]?["chart.csv"]?.string?.hasPrefix("code,name,type,") == true)
            }
            try await book.database.query(
                """
                create table "odd\u{7}name" (id int primary key);
                select pgsync.attach('"odd\u{7}name"');
                """
            )
            let odd = await book.database.run("config", "export")
            #expect(odd.exitCode == .problemsFound && odd.output == "")
            #expect(
                odd.errors.contains("a configuration cannot say what is in the database"),
                "\(odd.errors)"
            )
        }
    }
}
