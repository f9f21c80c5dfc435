import Postgres
import TestSupport
import Testing

@Suite("Balances", .ledger, .timeLimit(.minutes(10)))
struct BalanceTests {
    /// Every day on which the snapshots and a full count of the lines differ.
    private let differences = """
        select day::date
        from generate_series('2025-12-31'::timestamp, '2027-01-01', '1 day') as day
        where (
            select jsonb_agg(b order by b.account, b.currency)
            from ledger.balances_at(day::date) as b
        ) is distinct from (
            select jsonb_agg(b order by b.account, b.currency)
            from (
                select l.account, l.currency, sum(l.amount) as amount
                from ledger.journal_lines as l inner join ledger.journal_entries as e on e.id = l.entry_id
                where e.entry_date <= day::date
                group by 1, 2
            ) as b
        )
        """

    /// Posts entries on days all over the year.
    private func post(_ count: Int, seed: String, into currency: String) -> String {
        """
        select setseed(\(seed));
        with source as materialized (
            select nextval('ledger.journal_entries_id_seq') as id,
                '2026-01-01'::date + floor(random() * 365)::integer as day,
                1 + floor(random() * 1000000)::bigint as amount
            from generate_series(1, \(count))
        ),
        entry as (
            insert into ledger.journal_entries (
                id, entry_date, document_date, purpose, currency, idempotency_key, input_hash, description
            )
            select id, day, day, 'posting', '\(currency)', id, '\\x01', 'Test' from source
        )
        insert into ledger.journal_lines (entry_id, line, account, amount, currency)
        select id, line, case line when 1 then '1000' else '4000' end,
            case line when 1 then amount else -amount end, '\(currency)'
        from source cross join generate_series(1, 2) as line;
        """
    }

    @Test(
        "from snapshots equal a full count on every day, with entries dated back and posted across snapshots"
    )
    func snapshotsAreExact() async throws {
        let database = TestDatabase.current
        #expect(try await database.run(differences) == [])
        try await database.run(post(200, seed: "0.1", into: "INR"))
        #expect(try await database.run(differences) == [])
        let changed = try await database.run("select ledger.take_snapshot()")
        #expect(changed != ["0"])
        #expect(try await database.run("select ledger.take_snapshot()") == ["0"])
        #expect(try await database.run(differences) == [])

        // A transaction that began before a snapshot and commits after it is in the next.
        try await database.connect { late in
            let script = "begin; " + post(50, seed: "0.2", into: "INR")
            try await late.withSession { _ = try $0.runScript(script).count }
            try await database.run(post(60, seed: "0.3", into: "USD"))
            try await database.run("select ledger.take_snapshot()")
            #expect(try await database.run(differences) == [])
            // And what it posts after one that it takes itself.
            let rest = "select ledger.take_snapshot(); " + post(20, seed: "0.6", into: "INR") + " commit"
            try await late.withSession { _ = try $0.runScript(rest).count }
        }
        #expect(try await database.run(differences) == [])
        try await database.run(post(70, seed: "0.4", into: "USD"))
        try await database.run("select ledger.take_snapshot()")
        try await database.run(post(30, seed: "0.5", into: "JPY"))
        #expect(try await database.run(differences) == [])
        #expect(try await database.run("select count(*) from ledger.journal_entries") == ["430"])

        // The comparison notices a difference.
        try await database.run("update ledger.balance_snapshots set amount = amount + 1 where span = 'month'")
        #expect(try await database.run(differences) != [])
    }

    @Test("are counted in full after a restore on another server, until the snapshots are made anew")
    func survivesRestore() async throws {
        let database = TestDatabase.current
        try await database.run(post(100, seed: "0.1", into: "INR"))
        try await database.run("select ledger.take_snapshot()")
        // What a restore leaves: another server, and transaction numbers it has not reached.
        try await database.run(
            "update ledger.balance_mark set system_identifier = 1, boundary = '900000000:900000000:'"
        )
        try await database.run(post(40, seed: "0.2", into: "INR"))
        #expect(try await database.run(differences) == [])
        try await database.run("select ledger.take_snapshot()")
        try await database.run(post(40, seed: "0.3", into: "INR"))
        #expect(try await database.run(differences) == [])
        try await database.run("select ledger.take_snapshot()")
        #expect(try await database.run(differences) == [])
    }

    @Test("look up only what came after the snapshots")
    func looksUpTheTail() async throws {
        let database = TestDatabase.current
        try await database.run(post(5000, seed: "0.1", into: "INR"))
        // What is looked up begins at the oldest writer of the whole server when the snapshot was taken.
        try await eventually {
            try await database.run(
                """
                select ledger.take_snapshot();
                select not exists (
                    select from ledger.journal_entries where xid >= pg_snapshot_xmin(mark.boundary)
                )
                from ledger.balance_mark as mark
                """
            ) == ["t"]
        }
        try await database.run(post(10, seed: "0.2", into: "INR"))
        let touched = try await database.run(
            """
            begin;
            select count(*) from ledger.balances_at('2026-06-15');
            select sum(pg_stat_get_xact_tuples_fetched(oid) + pg_stat_get_xact_tuples_returned(oid))::bigint
            from pg_class where relname like 'journal_%' and relnamespace = 'ledger'::regnamespace
            """
        )
        let rows = try #require(touched.first ?? nil)
        #expect((20..<200).contains(Int(rows) ?? 0))
    }

    @Test("add up to zero, in columns an accountant reads")
    func addUp() async throws {
        let database = TestDatabase.current
        try await database.run(
            Posting(lines: ["(1, '1000', 12345, 'INR', null)", "(2, '4000', -12345, 'INR', null)"]).statement
        )
        try await database.run(
            Posting(
                key: "yen",
                date: "2026-04-11",
                currency: "JPY",
                lines: ["(1, '1000', 500, 'JPY', null)", "(2, '4000', -500, 'JPY', null)"]
            ).statement
        )
        let rows =
            "concat_ws(' ', account, currency, coalesce(debit::text, '-'), coalesce(credit::text, '-'))"
        #expect(
            try await database.run("select \(rows) from ledger.trial_balance_at('2026-04-11')") == [
                "1000 INR 123.45 -", "1000 JPY 500 -", "4000 INR - 123.45", "4000 JPY - 500",
            ]
        )
        #expect(try await database.run("select \(rows) from ledger.trial_balance_at('2026-04-09')") == [])
        #expect(try await database.run("select sum(amount) from ledger.account_balances") == ["0"])
        #expect(
            try await database.run(
                "select \(rows) from ledger.general_ledger order by entry_id, line limit 2"
            )
                == ["1000 INR 123.45 -", "4000 INR - 123.45"]
        )
        let statement = try await database.run(
            """
            select concat_ws(' ', currency, description, balance)
            from ledger.account_statement('1000', '2026-04-11', '2026-04-30')
            """
        )
        #expect(statement == ["INR Brought forward 123.45", "JPY Test 500"])
    }
}
