import Postgres
import TestSupport
import Testing

@Suite("The journal", .ledger, .timeLimit(.minutes(10)))
struct JournalTests {
    private static let refused: [(what: String, posting: Posting, condition: String)] = [
        (
            "out of balance",
            Posting(lines: ["(1, '1000', 500, 'INR', null)", "(2, '4000', -499, 'INR', null)"]), "PL002"
        ),
        ("one line", Posting(lines: ["(1, '1000', 500, 'INR', null)"]), "PL003"),
        ("no line", Posting(lines: ["(null::smallint, '1000', 500, 'INR', null)"]), "PL003"),
        (
            "an amount of zero",
            Posting(lines: ["(1, '1000', 0, 'INR', null)", "(2, '4000', 0, 'INR', null)"]), "23514"
        ),
        (
            "an amount beyond reason",
            Posting(lines: [
                "(1, '1000', 1000000000000001, 'INR', null)", "(2, '4000', -1000000000000001, 'INR', null)",
            ]), "23514"
        ),
        (
            "a gap in the line numbers",
            Posting(lines: ["(1, '1000', 500, 'INR', null)", "(3, '4000', -500, 'INR', null)"]), "PL004"
        ),
        (
            "a line of number zero",
            Posting(lines: ["(0, '1000', 500, 'INR', null)", "(1, '4000', -500, 'INR', null)"]), "23514"
        ),
        (
            "a line in another currency",
            Posting(lines: ["(1, '1000', 500, 'USD', null)", "(2, '4000', -500, 'INR', null)"]), "PL008"
        ),
        (
            "currencies that balance only together",
            Posting(lines: [
                "(1, '1000', 500, 'INR', null)", "(2, '4000', -500, 'INR', null)",
                "(3, '1000', 5, 'USD', null)", "(4, '4000', -5, 'USD', null)",
            ]), "PL008"
        ),
        (
            "an unknown currency",
            Posting(
                currency: "XXX",
                lines: ["(1, '1000', 500, 'XXX', null)", "(2, '4000', -500, 'XXX', null)"]
            ), "PL008"
        ),
        (
            "an unknown account",
            Posting(lines: ["(1, '1001', 500, 'INR', null)", "(2, '4000', -500, 'INR', null)"]), "PL006"
        ),
        (
            "an inactive account",
            Posting(lines: ["(1, '9999', 500, 'INR', null)", "(2, '4000', -500, 'INR', null)"]), "PL006"
        ),
        (
            "a missing party",
            Posting(lines: ["(1, '1200', 500, 'INR', null)", "(2, '4000', -500, 'INR', null)"]), "PL007"
        ),
        ("a day in no period", Posting(date: "2027-01-01"), "PL005"),
        ("a day at infinity", Posting(date: "infinity"), "PL005"),
        ("another's name", Posting(extraColumns: ", posted_by", extraValues: ", 'somebody'"), "PL012"),
        ("another time", Posting(extraColumns: ", posted_at", extraValues: ", '2020-01-01'"), "PL012"),
        ("another transaction", Posting(extraColumns: ", xid", extraValues: ", '1000000'"), "PL012"),
        ("a record without a table", Posting(extraColumns: ", record_id", extraValues: ", '7'"), "23514"),
    ]

    @Test(
        "refuses what is wrong with one entry, whoever posts it, and keeps nothing",
        arguments: Intruder.allCases
    )
    func refusesWrongEntries(_ intruder: Intruder) async throws {
        for (what, posting, expected) in Self.refused {
            let found = try await condition(of: posting.statement, as: intruder)
            #expect(found == expected, "\(what)")
        }
        let left = try await TestDatabase.current.run(
            "select count(*) from ledger.journal_entries union all select count(*) from ledger.journal_lines"
        )
        #expect(left == ["0", "0"])
        #expect(try await condition(of: Posting().statement, as: intruder) == nil)
    }

    @Test("names the one bad entry among many good ones")
    func namesTheBadOne() async throws {
        let many = """
            with source as materialized (
                select nextval('ledger.journal_entries_id_seq') as id, number
                from generate_series(1, 300) as number
            ),
            entry as (
                insert into ledger.journal_entries (
                    id, entry_date, document_date, purpose, currency, idempotency_key, input_hash, description
                )
                select id, '2026-04-10', '2026-04-10', 'posting', 'INR', 'key ' || number, '\\x01', 'Test'
                from source
            )
            insert into ledger.journal_lines (entry_id, line, account, amount, currency)
            select id, line, case line when 1 then '1000' else '4000' end,
                case line when 1 then 100 when 2 then -100 end + case when number * line = 2 * 177 then BAD else 0 end,
                'INR'
            from source cross join generate_series(1, 2) as line;
            """
        let error = try await refusal(of: many.replacing("BAD", with: "1"))
        #expect(error?.sqlState?.code == "PL002")
        #expect(error?.detail == "Its key is key 177.")
        #expect(try await refusal(of: many.replacing("BAD", with: "0")) == nil)
    }

    @Test("takes an entry and its lines in one statement only", arguments: Intruder.allCases)
    func sealsEntries(_ intruder: Intruder) async throws {
        let late = """
            insert into ledger.journal_lines (entry_id, line, account, amount, currency)
            select entry.id, line.number, '1000', line.amount, 'INR'
            from ledger.journal_entries as entry
            cross join (values (FIRST, 5), (FIRST + 1, -5)) as line (number, amount);
            """
        #expect(try await condition(of: Posting().entry, as: intruder) == "PL003")
        // In the same transaction: numbered on, numbered anew.
        let continued = Posting().statement + late.replacing("FIRST", with: "3")
        #expect(try await condition(of: "begin; \(continued) commit;", as: intruder) == "PL004")
        let again = Posting().statement + late.replacing("FIRST", with: "1")
        #expect(try await condition(of: "begin; \(again) commit;", as: intruder) == "23505")
        // In a later one.
        #expect(try await condition(of: Posting().statement, as: intruder) == nil)
        for first in ["1", "3"] {
            let found = try await condition(of: late.replacing("FIRST", with: first), as: intruder)
            #expect(found == (first == "1" ? "23505" : "PL004"))
        }
        let orphan = "insert into ledger.journal_lines (entry_id, line, account, amount, currency) values "
        let lines = "(999999, 1, '1000', 5, 'INR'), (999999, 2, '4000', -5, 'INR')"
        #expect(try await condition(of: orphan + lines, as: intruder) == "PL004")
        #expect(try await TestDatabase.current.run("select count(*) from ledger.journal_lines") == ["2"])
    }

    @Test("holds against COPY", arguments: Intruder.allCases)
    func holdsAgainstCopy(_ intruder: Intruder) async throws {
        try await TestDatabase.current.run(intruder.prelude + Posting().statement)
        let id = try #require(
            try await TestDatabase.current.run("select id from ledger.journal_entries").first ?? nil
        )
        let entries =
            "copy ledger.journal_entries "
            + "(entry_date, document_date, purpose, currency, idempotency_key, input_hash, description) from stdin"
        let lines = "copy ledger.journal_lines (entry_id, line, account, amount, currency) from stdin"
        let day = "2026-04-10"
        let attempts: [(copy: String, rows: [[String]], condition: String)] = [
            (entries, [[day, day, "posting", "INR", "copied", "\\x01", "Test"]], "PL003"),
            (lines, [[id, "3", "1000", "5", "INR"], [id, "4", "4000", "-5", "INR"]], "PL004"),
            (lines, [["77777", "1", "1000", "5", "INR"], ["77777", "2", "4000", "-5", "INR"]], "PL004"),
            (lines, [[id, "3", "1000", "NaN", "INR"]], "22P02"),
            (lines, [[id, "3", "1000", "Infinity", "INR"]], "22P02"),
            (lines, [[id, "3", "1000", "9223372036854775808", "INR"]], "22003"),
        ]
        for (copy, rows, expected) in attempts {
            let error = await #expect(throws: PostgresError.self) {
                try await TestDatabase.current.session { session in
                    _ = try session.runScript(intruder.prelude)
                    _ = try session.copyIn(copy) { writer in
                        for row in rows { try writer.write(row: row) }
                    }
                }
            }
            #expect(error?.sqlState?.code == expected, "\(copy) \(rows)")
        }
    }

    @Test(
        "adds up exactly where the sum of an entry would overflow, and refuses where it would only seem to balance"
    )
    func addsUpExactly() async throws {
        let most = "1000000000000000"
        // 18447 times the most is more than 2^64: in wrapping arithmetic it would come back round.
        let lines = """
            with entry as (\(Posting().entry) returning id)
            insert into ledger.journal_lines (entry_id, line, account, amount, currency)
            select entry.id, number, '1000', case when number < 18447 then \(most) else REST end, 'INR'
            from entry cross join generate_series(1, 18447) as number;
            """
        // 18446 * 10^15 - 2^64 = -744073709551616
        #expect(try await condition(of: lines.replacing("REST", with: "744073709551616")) == "PL002")
        let both = """
            with entry as (\(Posting().entry) returning id)
            insert into ledger.journal_lines (entry_id, line, account, amount, currency)
            select entry.id, number, '1000', case when number <= 10000 then \(most) else -\(most) end, 'INR'
            from entry cross join generate_series(1, 20000) as number;
            """
        #expect(try await condition(of: both) == nil)
    }

    @Test("never changes what is written", arguments: Intruder.allCases)
    func neverChanges(_ intruder: Intruder) async throws {
        try await TestDatabase.current.run(Posting().statement)
        let attempts = [
            "update ledger.journal_entries set description = 'Other'",
            "update ledger.journal_lines set amount = amount * 2",
            "delete from ledger.journal_entries", "delete from ledger.journal_lines",
            "truncate ledger.journal_entries", "truncate ledger.journal_lines",
            "truncate ledger.journal_entries, ledger.journal_lines cascade",
            "\(Posting().entry) on conflict (idempotency_key) do update set description = 'Other'",
            "update ledger.period_history set reason = 'Other'", "delete from ledger.period_history",
            "truncate ledger.period_history", "delete from ledger.accounts where code = '9999'",
            "truncate ledger.accounts", "update ledger.accounts set type = 'income' where code = '1000'",
            "update ledger.accounts set code = '1001' where code = '1000'", "delete from ledger.currencies",
            "update ledger.currencies set exponent = 3 where code = 'INR'", "delete from ledger.periods",
            "update ledger.periods set days = '[2026-01-01,2026-01-15)' where name = '2026-01'",
        ]
        for attempt in attempts {
            let found = try await condition(of: attempt, as: intruder)
            #expect(found == (intruder == .worker ? "42501" : "PL010"), "\(attempt)")
        }
    }

    @Test("lets only the owner end a safeguard, and shows that it is ended")
    func showsEndedSafeguards() async throws {
        let database = TestDatabase.current
        let safeguards = try await database.run(
            "select concat_ws('.', 'ledger', table_name) || ' ' || trigger_name from ledger.safeguards where is_in_force"
        )
        let triggers = try await database.run(
            """
            select tgrelid::regclass || ' ' || tgname from pg_trigger where not tgisinternal
            and tgrelid in (select oid from pg_class where relnamespace = 'ledger'::regnamespace)
            """
        )
        #expect(Set(safeguards) == Set(triggers))
        for role in ["pgsync_worker", "pgsync_operator", "pgsync_auditor"] {
            for (attempt, expected) in [
                ("alter table ledger.journal_lines disable trigger all", "42501"),
                ("set session_replication_role = replica", "42501"),
                ("drop trigger lines_are_checked on ledger.journal_lines", "42501"),
                ("select count(*) from ledger.safeguards", nil),
            ] {
                var found: String?
                do {
                    try await database.run("set role \(role); \(attempt)")
                } catch let error as PostgresError { found = error.sqlState?.code }
                #expect(found == expected, "\(role): \(attempt)")
            }
        }
        try await database.run(
            "set role pgsync_owner; alter table ledger.journal_lines disable trigger lines_are_checked"
        )
        let ended = try await database.run("select trigger_name from ledger.safeguards where not is_in_force")
        #expect(ended == ["lines_are_checked"])
    }
}
