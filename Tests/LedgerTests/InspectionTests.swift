import Postgres
import TestSupport
import Testing

@Suite("The inspection of the journal", .ledger, .timeLimit(.minutes(10)))
struct InspectionTests {
    /// What an owner can do with the safeguards off, and what the inspection calls it.
    private static let damages: [(what: String, script: String, findings: [String])] = [
        (
            "half an amount", "update ledger.journal_lines set amount = 400 where line = 1",
            ["not_balanced", "wrong_balance"]
        ),
        (
            "a line that is gone", "delete from ledger.journal_lines where line = 2",
            ["not_balanced", "one_line", "wrong_balance"]
        ),
        ("all lines gone", "delete from ledger.journal_lines", ["no_lines", "wrong_balance"]),
        ("an entry that is gone", "delete from ledger.journal_entries", ["no_entry", "wrong_balance"]),
        ("other numbers", "update ledger.journal_lines set line = line + 2", ["line_numbers"]),
        (
            "lines added later",
            "insert into ledger.journal_lines (entry_id, line, account, amount, currency) "
                + "select id, 4, '1000', 1, 'INR' from ledger.journal_entries",
            ["line_numbers", "not_balanced", "wrong_balance"]
        ),
        (
            "another currency", "update ledger.journal_lines set currency = 'USD'",
            ["other_currency", "wrong_balance"]
        ),
        (
            "a currency that is none",
            "update ledger.journal_lines set currency = 'XXX'; update ledger.journal_entries set currency = 'XXX'",
            ["unknown_currency", "wrong_balance"]
        ),
        (
            "an account that is none", "update ledger.journal_lines set account = '1' where line = 1",
            ["unknown_account", "wrong_balance"]
        ),
        ("a day in no period", "update ledger.journal_entries set entry_date = '2027-01-01'", ["no_period"]),
        (
            "a closed period", Posting(key: "late", date: "2026-05-10", purpose: "manual").statement,
            ["closed_period"]
        ),
        (
            "a reversal of nothing",
            Posting(key: "back", purpose: "reversal", reverses: "4242").statement, ["wrong_reversal"]
        ),
        (
            "a reversal that is no mirror",
            Posting(
                key: "back",
                purpose: "reversal",
                reverses: "(select min(id) from ledger.journal_entries)"
            ).statement,
            ["wrong_reversal"]
        ),
        (
            "a reinstatement of what is no reversal",
            Posting(
                key: "back",
                purpose: "reinstatement",
                reverses: "(select min(id) from ledger.journal_entries)",
                lines: ["(1, '1000', -500, 'INR', null)", "(2, '4000', 500, 'INR', null)"]
            ).statement, ["wrong_reversal"]
        ),
    ]

    private func findings() async throws -> Set<String> {
        Set(
            try await TestDatabase.current.run(
                "set role pgsync_auditor; select finding from ledger.inspect_journal()"
            )
            .compactMap(\.self)
        )
    }

    @Test(
        "names what was written while the safeguards were off, which it shows as long as they are",
        arguments: damages.map(\.what)
    )
    func namesDamage(_ what: String) async throws {
        let database = TestDatabase.current
        let damage = try #require(Self.damages.first { $0.what == what })
        try await database.run(Posting(purpose: "manual").statement)
        try await database.run(
            "select ledger.start_closing('2026-05'); select ledger.close_period('2026-05')"
        )
        try await database.run("select ledger.take_snapshot()")
        #expect(try await findings() == [])
        let refusal = try await condition(of: damage.script, as: .owner)
        #expect(refusal?.hasPrefix("PL") == true, "\(refusal ?? "not refused")")

        try await switchSafeguards("disable")
        #expect(try await findings() == ["safeguard_off"])
        try await database.run("set role pgsync_owner; \(damage.script)")
        #expect(try await findings() == Set(damage.findings + ["safeguard_off"]))
        try await switchSafeguards("enable always")
        #expect(try await findings() == Set(damage.findings))
    }

    private func switchSafeguards(_ how: String) async throws {
        try await TestDatabase.current.run(
            """
            set role pgsync_owner;
            do $$
            declare
                v_change text;
            begin
                for v_change in
                    select format('alter table ledger.%I \(how) trigger %I', table_name, trigger_name)
                    from ledger.safeguards where table_name like 'journal%'
                loop
                    execute v_change;
                end loop;
            end;
            $$
            """
        )
    }

    @Test("finds snapshots that do not add up to the lines")
    func wrongSnapshots() async throws {
        let database = TestDatabase.current
        try await database.run(Posting(purpose: "manual").statement)
        try await database.run("select ledger.take_snapshot()")
        try await database.run(
            "update ledger.balance_snapshots set amount = amount + 1 where account = '1000'"
        )
        #expect(
            try await database.run("select found from ledger.inspect_journal()") == [
                "account 1000: the lines add up to 500, the snapshots to 501"
            ]
        )
    }

    @Test("finds entries that say they were posted for a change that did not post them")
    func foreignEntries() async throws {
        let database = TestDatabase.current
        try await database.run(Posting(purpose: "manual").statement)
        // What change 1 has posted, by its outcome, is the entry 2 alone.
        for (key, values) in [
            ("right", ", 1, 'ledger.accounts', 'x', 'sale@1'"),
            ("another", ", 1, 'ledger.accounts', 'x', 'sale@1'"),
            ("unknown", ", 7, 'ledger.accounts', 'x', 'sale@1'"),
            ("none", ", null, 'ledger.accounts', 'x', 'sale@1'"),
        ] {
            try await database.run(
                Posting(
                    key: key,
                    extraColumns: ", change_id, source_table, record_id, rule",
                    extraValues: values
                )
                .statement
            )
        }
        try await database.run(
            """
            insert into pgsync.sync_audit_log (log_id, attempt, outcome, source_table, record_id, entry_ids)
            values (1, 1, 'posted', 'ledger.accounts', 'x', '{2}')
            """
        )
        let found = "select concat_ws(' ', finding, entry_id) from ledger.inspect_journal() order by entry_id"
        #expect(try await database.run(found) == ["no_change 3", "no_change 4", "no_change 5"])
    }

    @Test("finds a safeguard that fires for ordinary sessions only")
    func ordinaryTrigger() async throws {
        try await TestDatabase.current.run(
            "set role pgsync_owner; alter table ledger.periods enable trigger periods_are_guarded"
        )
        #expect(
            try await TestDatabase.current.run("select found from ledger.inspect_journal()") == [
                "trigger periods_are_guarded on ledger.periods is disabled or missing"
            ]
        )
    }

    @Test("finds a parent that a replica session has left dangling")
    func danglingParent() async throws {
        try await TestDatabase.current.run(
            """
            set session_replication_role = replica;
            insert into ledger.accounts (code, name, type, parent) values ('7', 'Orphan', 'asset', '6')
            """
        )
        #expect(try await findings() == ["unknown_parent"])
    }

    @Test(
        "has nothing to say of reversals and reinstatements made by the functions, in all currencies and dimensions"
    )
    func findsNothing() async throws {
        try await TestDatabase.current.run(
            """
            select ledger.post_entry('2026-04-10', 'JPY', 'Sale',
                '[{"account": "1200", "debit": 5, "party": "P1", "dimensions": {"counter": 2}},
                {"account": "4000", "credit": 5}]');
            select ledger.reverse_entry(max(id), '2026-04-11', 'x') from ledger.journal_entries;
            select ledger.reverse_entry(max(id), '2026-04-12', 'y', reinstate => true) from ledger.journal_entries;
            select ledger.start_closing('2026-04'); select ledger.close_period('2026-04');
            select ledger.reopen_period('2026-04', 'late');
            """
        )
        try await TestDatabase.current.run(Posting(key: "late", purpose: "manual").statement)
        try await TestDatabase.current.run(
            "select ledger.start_closing('2026-04'); select ledger.close_period('2026-04')"
        )
        #expect(try await findings() == [])
    }
}
