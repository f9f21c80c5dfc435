import Postgres
import TestSupport
import Testing

@Suite("Rights in the ledger", .timeLimit(.minutes(10)))
struct RightsTests {
    private let manual = """
        select ledger.post_entry(
            '2026-04-10', 'INR', 'Sale', '[{"account": "1000", "debit": 1}, {"account": "4000", "credit": 1}]'
        )
        """

    @Test("let each role do what it needs and no more", .ledger)
    func limitsRoles() async throws {
        let reading = "select count(*) from ledger.trial_balance"
        let details = "select count(*) from ledger.entry_details"
        let inserting = Posting().statement
        let opening = "select ledger.open_period('2027-01', '2027-01-01', '2027-01-31')"
        let chart = #"select ledger.import_chart('[{"code": "8000", "name": "New", "type": "income"}]')"#
        let account = "update ledger.accounts set active = true"
        let snapshot = "select ledger.take_snapshot()"
        let inspecting = "select count(*) from ledger.inspect_journal()"
        let all = [reading, details, inserting, manual, opening, chart, account, snapshot, inspecting]
        let allowed: [String: [String]] = [
            "pgsync_worker": [reading, details, snapshot, inspecting],
            "pgsync_operator": [reading, details, manual, opening, chart, snapshot, inspecting],
            "pgsync_reader": [reading, details, inspecting],
            "pgsync_auditor": [reading, details, inspecting],
            "pgsync_capture": [],
        ]
        for (role, permitted) in allowed {
            for statement in all {
                var found: String?
                do {
                    try await TestDatabase.current.run("set role \(role); begin; \(statement); rollback")
                } catch let error as PostgresError { found = error.sqlState?.code }
                #expect(found == (permitted.contains(statement) ? nil : "42501"), "\(role): \(statement)")
            }
        }
    }

    @Test("are not needed by a plain owner of the database, whom the rules bind all the same", .database)
    func plainOwner() async throws {
        try await TestDatabase.with(owner: .plain) { database in
            try await database.migrate()
            try await database.run(ledgerPreparation)
            try await database.run(manual)
            try await database.run(Posting().statement)
            try await database.run("select ledger.take_snapshot()")
            #expect(
                try await database.run("select count(*) from ledger.trial_balance_at('2026-12-31')") == ["2"]
            )
            for (script, expected) in [
                (Posting(key: "one", lines: ["(1, '1000', 5, 'INR', null)"]).statement, "PL003"),
                ("delete from ledger.journal_lines", "PL010"),
                ("set session_replication_role = replica", "42501"),
            ] {
                let error = await #expect(throws: PostgresError.self) { try await database.run(script) }
                #expect(error?.sqlState?.code == expected)
            }
        }
    }

    @Test("guard the names that a temporary table would shadow", .ledger)
    func notShadowed() async throws {
        let script = """
            create temporary table journal_lines (like ledger.journal_lines);
            create temporary table accounts (like ledger.accounts);
            create temporary table new_lines (like ledger.journal_lines);
            \(Posting(lines: ["(1, 'none', 5, 'INR', null)", "(2, '4000', -5, 'INR', null)"]).statement)
            """
        #expect(try await condition(of: script) == "PL006")
    }
}
