import Arguments
import JSON
import Testing

@testable import PGSyncCLI

@Suite("pgsync demo", .timeLimit(.minutes(10)))
struct DemoCommandTests {
    private static let tables = [
        "consultation_invoices", "pharmacy_bills", "lab_bills", "ultrasound_bills", "payments", "refunds",
        "pharmacy_returns", "settlements",
    ]

    private func withSchema(_ body: @Sendable (CommandLineDatabase) async throws -> Void) async throws {
        try await CommandLineDatabase.migrated { database in
            try await body(database)
        }
    }

    /// The documents that a demonstration has written, one a line.
    private func events(_ run: CommandLineRun) throws -> [JSONValue] {
        #expect(run.exitCode == .success, "\(run.errors)")
        return try run.output.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    }

    private func bills(_ database: CommandLineDatabase) async throws -> Int {
        let counts = Self.tables.prefix(4).map { "(select count(*) from public.\($0))" }
        let text = try await database.query("select (\(counts.joined(separator: " + ")))::text").first ?? nil
        return try #require(text.flatMap { Int($0) })
    }

    @Test("installs the clinic, and finds all of it there the second time")
    func installs() async throws {
        try await withSchema { database in
            let first = try events(await database.run("demo", "--install-only", "--json"))
            #expect(first.count == 1 && first[0]["event"] == "installed")
            for figure in ["accounts", "periods", "rules"] { #expect(first[0][figure] != 0, "\(figure)") }
            let sources = "select source_table::text from pgsync.sources where attached order by 1"
            #expect(try await database.query(sources) == Self.tables.sorted())
            #expect(try await bills(database) == 0)

            let again = try events(await database.run("demo", "--install-only", "--json"))
            #expect(again == [["event": "installed", "accounts": 0, "periods": 0, "rules": 0]])
            #expect(
                await database.run("demo", "--install-only").output == "the clinic is already installed\n"
            )
        }
    }

    @Test("lets nodes exchange the clinic's tables, and makes those of a node, which posts nothing")
    func ofNode() async throws {
        let tables = """
            select format('%s %s %s', source_table, posts, captured_columns && array['remarks']) from pgsync.sources
            where synced and has_table_privilege('pgsync_node', source_table, 'select, insert')
                and has_table_privilege('pgsync_node', source_table, 'update')
                and has_table_privilege('pgsync_node', source_table, 'delete')
            order by 1
            """
        let posted = Self.tables.sorted().map { "\($0) t \($0 == "settlements" ? "" : "f")" }
        let unposted = posted.map { $0.replacing(" t ", with: " f ") }
        try await withSchema { database in
            _ = try events(await database.run("demo", "--install-only", "--json"))
            #expect(try await database.query(tables) == posted)
            // One that keeps books goes on to do so.
            let again = try events(await database.run("demo", "--node", "--json"))
            #expect(again == [["event": "installed"]])
            #expect(try await database.query(tables) == posted)
        }
        try await withSchema { database in
            for _ in 1...2 {
                let run = await database.run("demo", "--node")
                #expect(
                    run.output == "the tables of the clinic are there, and their records are exchanged\n",
                    "\(run.errors)"
                )
                let found = try await database.query(tables)
                #expect(found == unposted)
            }
            let accounts = try await database.query("select count(*)::text from ledger.accounts")
            #expect(accounts == ["0"])
        }
        for words in [["--import"], ["--bills", "3"]] {
            #expect(await CommandLineRun(["demo", "--node"] + words).exitCode == .usage)
        }
    }

    @Test("imports from a CRM, and residuals of it are to be posted")
    func imports() async throws {
        try await withSchema { database in
            let first = try events(await database.run("demo", "--import", "--install-only", "--json"))
            #expect(first.count == 1 && first[0]["event"] == "installed" && first[0]["rules"] == 1)
            let run = try events(await database.run("demo", "--import", "--for", "0s", "--json"))
            #expect(run.first == ["event": "installed", "accounts": 0, "periods": 0, "rules": 0])
            let last = try #require(run.last)
            #expect(
                last["event"] == "imported" && last["type"] == "initial" && last["state"] == "partial",
                "\(last)"
            )
            let rows =
                try await database.query(
                    """
                    select concat_ws(' ', (select count(*) from crm.merchants) + (select count(*) from crm.transactions)
                        + (select count(*) from crm.residuals),
                        (select count(*) > 3000 from pgsync.sync_queue),
                        (select count(*) from pgsync.sync_failed_items where state = 'open'))
                    """
                ).first ?? nil
            #expect(rows == "\(last["added"]?.text() ?? "") t \(last["failed"]?.text() ?? "")")
        }
    }

    @Test("writes as many bills as it is told, and goes on where it was the next time")
    func counts() async throws {
        try await withSchema { database in
            for total in [37, 74] {
                let run = await database.run(
                    "demo",
                    "--bills",
                    "37",
                    "--rate",
                    "50",
                    "--bad",
                    "0",
                    "--edits",
                    "0",
                    "--json"
                )
                let last = try #require(try events(run).last)
                #expect(last["event"] == "ended" && last["bills"] == 37 && last["changes"] == 0)
                #expect(try await bills(database) == total)
            }
            let actions = try await database.query("select distinct action::text from pgsync.sync_logs")
            #expect(actions == ["create"])
        }
    }

    @Test("writes no more than its rate, and ends after its time")
    func rate() async throws {
        try await withSchema { database in
            let run = await database.run("demo", "--rate", "20", "--for", "2s", "--bad", "0", "--edits", "0")
            #expect(run.exitCode == .success, "\(run.errors)")
            let written = try await bills(database)
            #expect((1...40).contains(written))
            #expect(run.output.contains("\n\(written) bills written, 0 changed; "))
        }
    }

    @Test("has the good bills posted, the edits followed, and each bad one end as a failure with a class")
    func posted() async throws {
        try await withSchema { database in
            let run = await database.run(
                "demo",
                "--bills",
                "120",
                "--rate",
                "500",
                "--bad",
                "30%",
                "--edits",
                "0.5",
                "--json"
            )
            let last = try #require(try events(run).last)
            #expect(last["waiting"] != 0 && last["posted"] == 0 && last["changes"] != 0)
            let worker = try await database.run("worker", "--drain", "--json").json
            #expect(
                worker["posted"] != 0 && worker["left"]?["ready"] == 0 && worker["left"]?["dead"] != 0
            )
            let classes = try await database.query(
                "select distinct error_class from pgsync.sync_queue where sync_status = 'failed'"
            )
            let known: Set<String?> = [
                "data.missing", "data.precision", "data.range", "data.unknown_mode", "rule.assert_failed",
                "rule.unbalanced",
            ]
            #expect(classes.count > 1 && known.isSuperset(of: classes), "\(classes)")
            let entries = "select (count(*) > 60)::text from ledger.journal_entries"
            #expect(try await database.query(entries) == ["true"])
        }
    }

    @Test("does not touch tables that it did not make, and names them")
    func namesTaken() async throws {
        try await withSchema { database in
            try await database.query("create table public.payments (id bigint primary key)")
            let run = await database.run("demo", "--bills", "5")
            #expect(run.exitCode == .problemsFound)
            #expect(run.errors.contains("did not create public.payments, and changes only"))
            let left = "select concat(to_regnamespace('clinic'), to_regclass('public.refunds'))"
            #expect(try await database.query(left) == [""])
            let columns =
                "select attname::text from pg_attribute where attrelid = 'payments'::regclass and attnum > 0"
            #expect(try await database.query(columns) == ["id"])
        }
    }

    @Test("goes on with a clinic that psql has installed only as long as it is the clinic's")
    func othersComment() async throws {
        try await withSchema { database in
            _ = await database.run("demo", "--install-only")
            try await database.query("comment on table public.lab_bills is 'Ours.'")
            let run = await database.run("demo", "--install-only")
            #expect(run.errors.contains("did not create public.lab_bills,"))
        }
    }

    @Test("says what right is missing")
    func rights() async throws {
        try await withSchema { database in
            try await database.withRole { role in
                try await database.query("grant pgsync_reader to \(role)")
                let stranger = await database.run("demo", as: role)
                #expect(stranger.exitCode == .notPermitted)
                #expect(stranger.errors.contains("\(role) cannot act as "))
                try await database.query("grant pgsync_owner to \(role)")
                let guest = await database.run("demo", as: role)
                #expect(guest.exitCode == .notPermitted)
                #expect(
                    guest.errors.contains(/cannot create the tables of the clinic in the (database|schema)/),
                    "\(guest.errors)"
                )
            }
        }
    }

    @Test("needs the schema")
    func schema() async throws {
        try await CommandLineDatabase.with { database in
            #expect(await database.run("demo").exitCode == .schemaMissing)
        }
    }

    @Test(
        "refuses what makes no sense",
        arguments: [
            ["--rate", "0"], ["--bad", "101%"], ["--edits", "-1"], ["--bills", "0"], ["--for", "soon"],
        ]
    )
    func refuses(words: [String]) async {
        #expect(await CommandLineRun(["demo"] + words).exitCode == .usage)
    }
}
