import Arguments
import FoundationEssentials
import JSON
import Testing

@testable import PGSyncCLI

@Suite("pgsync ledger", .timeLimit(.minutes(10)))
struct LedgerCommandTests {
    /// A database with a chart from a file, the months of 2026 and three entries.
    private func withBooks(_ body: @Sendable (CommandLineDatabase, String) async throws -> Void) async throws
    {
        try await CommandLineDatabase.migrated { database in
            let directory = FileManager.default.temporaryDirectory
                .appending(path: "pgsync-ledger-\(UInt32.random(in: 0 ... .max))")
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: directory) }
            try Self.chart.write(
                to: directory.appending(path: "chart.csv"),
                atomically: true,
                encoding: .utf8
            )
            let imported = await database.run("ledger", "import-chart", directory.path + "/chart.csv")
            #expect(imported.exitCode == .success, "\(imported.errors)")
            try await database.query(Self.entries)
            try await body(database, directory.path)
        }
    }

    private static let chart = """
        code,name,type,parent,party_required,zero_to_close
        1000,Cash in hand,asset,,no,no
        1200,Receivable,asset,,yes,no
        1210,Of insurers,asset,1200,yes,no
        1900,Suspense,asset,,no,yes
        4000,Income,income,,no,no

        """

    private static let entries = """
        create table bills (id int primary key);
        select ledger.open_period('2026', '2026-01-01', '2026-12-31');
        select ledger.post_entry('2026-04-10', 'INR', 'Bill 17; lab',
            '[{"account": "1210", "debit": "118.50", "party": "P-9"}, {"account": "4000", "credit": "118.50"}]',
            source_table => 'bills', record_id => '17');
        select ledger.post_entry('2026-05-02', 'JPY', '=SUM(A1)',
            '[{"account": "1000", "debit": 500}, {"account": "4000", "credit": 500}]');
        select ledger.reverse_entry(1, '2026-05-03', 'entered twice');
        """

    @Test("shows the trial balance of a day, for people and for programs")
    func trialBalance() async throws {
        try await withBooks { database, _ in
            let table = await database.run("ledger", "trial-balance", "--at", "2026-04-30")
            #expect(table.exitCode == .success, "\(table.errors)")
            #expect(table.output.contains(/1210 +Of insurers +asset +118.50 +INR\n/))
            #expect(table.output.contains(/4000 +Income +income +118.50 +INR\n/))
            #expect(table.output.hasSuffix("\n") && table.output.contains(/total +118.50 +118.50 +INR\n$/))
            let json = try await database.run("ledger", "trial-balance", "--at", "2026-12-31", "--json").json
            #expect(json["date"] == "2026-12-31" && json["balanced"] == true)
            #expect(json["totals"]?[1] == ["currency": "JPY", "debit": "500", "credit": "500"])
            #expect(json["balances"]?.array?.count == 4)
            let csv = await database.run("ledger", "trial-balance", "--at", "2026-04-30", "--format", "csv")
            #expect(csv.output.hasSuffix("4000,Income,income,INR,,118.50\r\n"))
            let lines = await database.run(
                "ledger",
                "trial-balance",
                "--at",
                "2026-04-30",
                "--format",
                "jsonl"
            )
            #expect(lines.output.split(separator: "\n").count == 2)
            let hledger = await database.run(
                "ledger",
                "trial-balance",
                "--at",
                "2026-04-30",
                "--format",
                "hledger"
            )
            #expect(hledger.output.contains("\n    Assets:1200 Receivable:1210 Of insurers  INR 118.50\n"))
            let empty = await database.run("ledger", "trial-balance", "--at", "2026-01-01")
            #expect(empty.exitCode == .success && empty.errors.contains("nothing is posted up to 2026-01-01"))
        }
    }

    @Test("ends with 1 when debits and credits differ")
    func differs() async throws {
        try await withBooks { database, _ in
            try await database.query(
                "alter table ledger.journal_lines disable trigger all; delete from ledger.journal_lines where line = 2"
            )
            let run = await database.run("ledger", "trial-balance", "--at", "2026-12-31")
            #expect(run.exitCode == .problemsFound && run.errors.contains("DEBITS AND CREDITS DIFFER"))
        }
    }

    @Test("shows entries with their lines, and finds them by what is known")
    func entries() async throws {
        try await withBooks { database, _ in
            let all = await database.run("ledger", "entries")
            #expect(all.output.contains(/1 +2026-04-10 +Bill 17; lab +1210 Of insurers +P-9 +118.50 +INR\n/))
            #expect(
                all.output.contains(
                    /manual +4000 Income +118.50 +INR\n +reversed by 3\n +public.bills 17\n/
                )
            )
            #expect(all.output.contains(/3 +2026-05-03 +entered twice .*\n +reversal of 1\b/))
            let found = try await database.run(
                "ledger",
                "entries",
                "--source",
                "bills",
                "--record",
                "17",
                "--json"
            ).json
            #expect(found.array?.map { $0["entry"] } == [1, 3])
            #expect(found[0]?["reversed_by"] == 3 && found[1]?["reverses"] == 1)
            #expect(found[0]?["lines"]?[0] == ["account": "1210", "debit": "118.50", "party": "P-9"])
            let latest = await database.run("ledger", "entries", "--limit", "1")
            #expect(!latest.output.contains("Bill 17") && latest.errors.contains("showing the latest 1"))
            let none = await database.run("ledger", "entries", "--party", "nobody", "--until", "2026-04-30")
            #expect(none.output == "" && none.errors == "no entries\n")
        }
    }

    @Test("shows the chart with balances, and the statement of an account")
    func accounts() async throws {
        try await withBooks { database, _ in
            let chart = await database.run("ledger", "accounts").output
            #expect(chart.contains(/1210 +  Of insurers +asset +debit +0.00 +INR +by party\n/))
            #expect(chart.contains(/4000 +Income +income +credit +0.00 +INR\n +500 +JPY\n/))
            #expect(chart.contains(/1900 +Suspense +asset +debit +zero to close\n/))
            let json = try await database.run("ledger", "accounts", "--json").json
            #expect(json[2]?["parent"] == "1200" && json[2]?["balances"]?[0]?["balance"] == "0.00")
            let statement = await database.run(
                "ledger",
                "statement",
                "1210",
                "--from",
                "2026-05-01",
                "--until",
                "2026-05-31"
            ).output
            #expect(statement.hasPrefix("1210 Of insurers, 2026-05-01 to 2026-05-31\n"))
            #expect(statement.contains(/Brought forward +118.50 +INR\n/))
            #expect(statement.contains(/2026-05-03 +3 +entered twice +P-9 +118.50 +0.00 +INR\n/))
        }
    }

    @Test("exports to a file that is there whole or not at all, or to standard output")
    func exports() async throws {
        try await withBooks { database, directory in
            let whole = await database.run("ledger", "export")
            #expect(whole.output.contains("2026-04-10 * (1) Bill 17, lab  ; id:1, "), "\(whole.errors)")
            let file = directory + "/journal.csv"
            let told = try await database.run(
                "ledger",
                "export",
                "--format",
                "csv",
                "--from",
                "2026-05-01",
                "--output",
                file,
                "--json"
            ).json
            #expect(told["entries"] == 2 && told["lines"] == 4 && told["file"]?.string == file)
            let written = try String(contentsOfFile: file, encoding: .utf8)
            #expect(written.contains(",'=SUM(A1),") && !written.contains("Bill 17"))
            let rights = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
            #expect(rights == 0o600)
            let lines = await database.run(
                "ledger",
                "export",
                "--format",
                "jsonl",
                "--until",
                "2026-04-30",
                "--json"
            )
            #expect(try lines.json["description"] == "Bill 17; lab")
            // What cannot be finished leaves what was there.
            try await database.query("alter table ledger.journal_lines rename to gone")
            let failed = await database.run("ledger", "export", "--format", "csv", "--output", file)
            #expect(failed.exitCode == .problemsFound)
            #expect(try String(contentsOfFile: file, encoding: .utf8) == written)
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: directory).sorted() == [
                    "chart.csv", "journal.csv",
                ]
            )
        }
    }

    @Test("brings the chart to what a file says, after it has said what would change")
    func importsChart() async throws {
        try await withBooks { database, directory in
            let file = directory + "/next.csv"
            let next = "code,name,type\n1000,Cash,asset\n1210,Of insurers,asset\n5000,Cost,expense\n"
            try next.write(toFile: file, atomically: true, encoding: .utf8)
            let dry = await database.run("ledger", "import-chart", file, "--dry-run")
            #expect(dry.output.contains(/1000 +Cash +asset +name: Cash in hand → Cash\n/), "\(dry.errors)")
            #expect(
                dry.output.hasSuffix(
                    "1 new, 1 changed, 1 unchanged, 3 not in the file; nothing was changed\n"
                )
            )
            let json = try await database.run("ledger", "import-chart", file, "--json").json
            #expect(json["changes"]?.array?.map { $0["new"] } == [false, true])
            #expect(
                try await database.query("select name from ledger.accounts where code = '1000'") == ["Cash"]
            )
            let again = await database.run("ledger", "import-chart", file)
            #expect(again.output == "0 new, 0 changed, 3 unchanged, 3 not in the file\n")
        }
    }

    @Test("checks the journal, and says what is wrong and which safeguards are off; so does doctor")
    func checks() async throws {
        try await withBooks { database, _ in
            let sound = await database.run("ledger", "check")
            #expect(sound.exitCode == .success && sound.output.contains("keeps its rules"), "\(sound.errors)")
            try await database.query(
                """
                alter table ledger.journal_lines disable trigger lines_are_checked;
                insert into ledger.journal_lines (entry_id, line, account, amount, currency)
                values (2, 3, '1000', 1, 'JPY')
                """
            )
            let run = await database.run("ledger", "check")
            #expect(run.exitCode == .problemsFound)
            #expect(run.output.contains(/safeguard_off +trigger lines_are_checked .+ is disabled or missing/))
            #expect(
                run.output.contains(/not_balanced +2 +debits less credits are 1 in the smallest unit of JPY/)
            )
            #expect(try await database.run("ledger", "check", "--json").json.array?.count == 2)
            let doctor = await database.run("doctor")
            #expect(doctor.exitCode == .problemsFound)
            #expect(
                doctor.output.contains(
                    "alter table ledger.journal_lines enable always trigger lines_are_checked;"
                )
            )
        }
    }

    @Test("tells each kind of failure with what to do instead")
    func refusals() async throws {
        try await withBooks { database, directory in
            let wrong = directory + "/wrong.csv"
            try "code,name,type\n4000,Income,asset\n5000,,expens\n".write(
                toFile: wrong,
                atomically: true,
                encoding: .utf8
            )
            let cases: [([String], UInt8, String)] = [
                (["entries", "--account", "121O"], 91, "unknown account 121O; did you mean '1210'?"),
                (["statement", "7"], 91, "unknown account 7; list them with pgsync ledger accounts"),
                (["entries", "--source", "bils"], 66, "did you mean 'bills'?"),
                (["entries", "--from", "2026-02-30"], 64, "a day such as 2026-01-31"),
                (["export", "--from", "2026-05-01", "--until", "2026-04-30"], 64, "is before --from"),
                (["export", "--format", "cvs"], 64, "did you mean 'csv'?"),
                (["export", "--json"], 64, "--output FILE"),
                (["trial-balance", "--json", "--format", "csv"], 64, "choose one of --json and --format"),
                (["export", "--output", directory], 73, "it exists and is not a file"),
                (["export", "--output", directory + "/none/x"], 73, "No such file or directory"),
                (["import-chart", directory + "/none.csv"], 92, "No such file or directory"),
                (["import-chart", wrong], 92, "\(wrong):3: the account has no name"),
            ]
            for (words, code, text) in cases {
                let run = await CommandLineRun(
                    ["ledger"] + words,
                    environment: ["PGSYNC_DATABASE_URL": database.url()]
                )
                #expect(run.exitCode.code == code, "\(words): \(run.errors)")
                #expect(run.errors.contains(text), "\(words): \(run.errors)")
            }
            try await database.withRole { role in
                try await database.query("grant pgsync_reader to \(role)")
                #expect(await database.run("ledger", "trial-balance", as: role).exitCode == .success)
                let chart = directory + "/chart.csv"
                try "code,name,type\n5000,New,expense\n".write(
                    toFile: chart,
                    atomically: true,
                    encoding: .utf8
                )
                let refused = await database.run("ledger", "import-chart", chart, as: role)
                #expect(refused.exitCode == .notPermitted)
                #expect(refused.errors.contains("grant pgsync_operator to \"\(role)\";"))
            }
        }
    }
}
