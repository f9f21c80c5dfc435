import Postgres
import TestSupport
import Testing

@Suite("Operators", .ledger, .timeLimit(.minutes(10)))
struct OperatorTests {
    private let asOperator = "set role pgsync_operator;"

    private func condition(of script: String) async throws -> String? {
        do {
            try await TestDatabase.current.run(asOperator + script)
            return nil
        } catch let error as PostgresError {
            return error.sqlState?.code
        }
    }

    private func post(
        _ lines: String,
        date: String = "2026-04-10",
        key: String? = nil,
        purpose: String = "manual"
    ) -> String {
        """
        select ledger.post_entry(
            '\(date)', 'INR', 'By hand', '\(lines)', \(key.map { "'\($0)'" } ?? "null"), purpose => '\(purpose)'
        );
        """
    }

    private let sound = #"[{"account": "1000", "debit": 5}, {"account": "4000", "credit": 5}]"#

    @Test("write to no table of the ledger but through its functions, nor by COPY")
    func tables() async throws {
        try await TestDatabase.current.run(Posting().statement)
        let attempts = [
            Posting(key: "raw").statement, "update ledger.journal_lines set amount = amount * 2",
            "delete from ledger.journal_entries", "truncate ledger.journal_lines",
            "insert into ledger.accounts (code, name, type) values ('7', 'New', 'asset')",
            "update ledger.accounts set active = false", "update ledger.currencies set exponent = 3",
            "insert into ledger.periods (name, days) values ('x', '[2030-01-01,2030-02-01)')",
            "update ledger.periods set status = 'closing'",
            "insert into ledger.period_history (period, status) values ('x', 'open')",
            "update ledger.balance_snapshots set amount = 0",
            "update ledger.balance_mark set boundary = '1:1:'",
            "select ledger.move_period('2026-01', '{open}', 'closed', null)",
            "select nextval('ledger.journal_entries_id_seq')",
            "alter table ledger.journal_lines disable trigger all", "set session_replication_role = replica",
        ]
        for attempt in attempts { #expect(try await condition(of: attempt) == "42501", "\(attempt)") }
        let tables = try await TestDatabase.current.run(
            "select oid::regclass::text from pg_class where relnamespace = 'ledger'::regnamespace and relkind = 'r'"
        )
        #expect(tables.count == 8)
        for table in tables.compactMap(\.self) {
            let error = await #expect(throws: PostgresError.self) {
                try await TestDatabase.current.session { session in
                    _ = try session.runScript(asOperator)
                    _ = try session.copyIn("copy \(table) from stdin") { _ in }
                }
            }
            #expect(error?.sqlState?.code == "42501", "\(table)")
        }
    }

    @Test("post by hand what the rules allow and nothing else")
    func entries() async throws {
        let wrong: [(what: String, script: String, condition: String)] = [
            (
                "not balanced", post(#"[{"account": "1000", "debit": 5}, {"account": "4000", "credit": 4}]"#),
                "PL002"
            ),
            ("one line", post(#"[{"account": "1000", "debit": 5}]"#), "PL003"),
            ("no line", post("[]"), "PL003"),
            (
                "an unknown account",
                post(#"[{"account": "1", "debit": 5}, {"account": "4000", "credit": 5}]"#), "PL006"
            ),
            (
                "an inactive account",
                post(#"[{"account": "9999", "debit": 5}, {"account": "4000", "credit": 5}]"#), "PL006"
            ),
            (
                "no party", post(#"[{"account": "1200", "debit": 5}, {"account": "4000", "credit": 5}]"#),
                "PL007"
            ),
            ("no period", post(sound, date: "2027-04-10"), "PL005"),
            ("a rule's entry", post(sound, purpose: "posting"), "PL013"),
            ("a reversal", post(sound, purpose: "reversal"), "PL013"),
            ("another currency", post(sound).replacing("'INR'", with: "'XXX'"), "PL008"),
            ("a fraction of a paisa", post(sound.replacing("5}", with: "5.001}")), "PL013"),
            ("the key of a change", post(sound, key: "change:3:visit@1"), "PL013"),
            ("the key of a reversal", post(sound, key: "Reversal:1"), "PL013"),
            ("the key of an entry without one", post(sound, key: "manual:1"), "PL013"),
            ("a long key", post(sound, key: String(repeating: "k", count: 201)), "PL013"),
            (
                "a long description",
                post(sound).replacing("By hand", with: String(repeating: "d", count: 1001)), "PL013"
            ),
            (
                "a long party",
                post(sound.replacing("5}", with: "5, \"party\": \"\(String(repeating: "p", count: 201))\"}")),
                "PL013"
            ),
            (
                "a long correlation id",
                post(sound).replacing("purpose =>", with: "correlation_id => repeat('c', 201), purpose =>"),
                "PL013"
            ),
        ]
        for (what, script, expected) in wrong {
            #expect(try await condition(of: script) == expected, "\(what)")
        }
        #expect(try await TestDatabase.current.run("select count(*) from ledger.journal_entries") == ["0"])
        #expect(try await condition(of: post(sound, key: "once")) == nil)
        #expect(try await condition(of: post(sound, key: "once")) == nil)
        #expect(try await condition(of: post(sound.replacing("5}", with: "6}"), key: "once")) == "PL001")
        #expect(try await TestDatabase.current.run("select count(*) from ledger.journal_entries") == ["1"])
        #expect(
            try await TestDatabase.current.run("select posted_by from ledger.journal_entries") == ["postgres"]
        )
    }

    @Test("take an entry back once, and close periods in their order")
    func reversalsAndPeriods() async throws {
        #expect(try await condition(of: post(sound)) == nil)
        let reverse =
            "select ledger.reverse_entry(max(id), '2026-04-11', 'wrong') from ledger.journal_entries where reverses is null"
        #expect(try await condition(of: reverse) == nil)
        #expect(try await condition(of: reverse) == "PL009")
        #expect(try await condition(of: reverse.replacing("'wrong'", with: "' '")) == "PL013")
        #expect(
            try await condition(of: "select ledger.reverse_entry(4242, '2026-04-11', 'wrong')") == "PL009"
        )
        #expect(try await condition(of: "select ledger.close_period('2026-04')") == "PL011")
        #expect(try await condition(of: "select ledger.start_closing('2026-04')") == nil)
        #expect(try await condition(of: post(sound)) == nil)
        #expect(try await condition(of: "select ledger.close_period('2026-04')") == nil)
        #expect(try await condition(of: post(sound)) == "PL005")
        #expect(try await condition(of: "select ledger.reopen_period('2026-04', '')") == "PL011")
        #expect(
            try await condition(of: "select ledger.open_period('x', '2026-12-31', '2027-01-31')") == "23P01"
        )
    }

    @Test("change no type of an account by importing a chart")
    func chart() async throws {
        let chart = #"select ledger.import_chart('[{"code": "1000", "name": "Cash", "type": "income"}]')"#
        #expect(try await condition(of: chart) == "PL010")
        let renamed = chart.replacing("income", with: "asset")
        #expect(try await condition(of: renamed) == nil)
    }
}
