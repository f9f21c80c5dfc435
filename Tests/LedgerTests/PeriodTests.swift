import Postgres
import TestSupport
import Testing

@Suite("Accounting periods", .ledger, .timeLimit(.minutes(10)))
struct PeriodTests {
    private let close = "select ledger.start_closing('2026-04'); select ledger.close_period('2026-04');"

    @Test("take nothing once they are closed, whoever posts", arguments: Intruder.allCases)
    func closedTakesNothing(_ intruder: Intruder) async throws {
        try await TestDatabase.current.run(close)
        for purpose in ["posting", "manual", "opening", "closing"] {
            let found = try await condition(of: Posting(purpose: purpose).statement, as: intruder)
            #expect(found == "PL005", "\(purpose)")
        }
        #expect(try await condition(of: Posting(date: "2026-05-01").statement, as: intruder) == nil)
    }

    @Test("take only what people post while they are closing")
    func closingTakesPeople() async throws {
        try await TestDatabase.current.run("select ledger.start_closing('2026-04')")
        for (purpose, expected) in [
            ("posting", "PL005"), ("opening", "PL005"), ("manual", nil), ("closing", nil),
        ] {
            let posting = Posting(key: purpose, purpose: purpose)
            #expect(try await condition(of: posting.statement) == expected, "\(purpose)")
        }
    }

    @Test("wait with closing for what is being posted, which then counts")
    func closingWaits() async throws {
        let suspense = Posting(lines: ["(1, '1900', 500, 'INR', null)", "(2, '4000', -500, 'INR', null)"])
        let started = try await condition(
            of: "select ledger.start_closing('2026-04')",
            blockedBy: suspense.statement
        )
        #expect(started == nil)
        // The entry it waited for stands in the way of closing.
        #expect(try await condition(of: "select ledger.close_period('2026-04')", as: .owner) == "PL011")
    }

    @Test("let nothing slip in while they are being closed")
    func nothingSlipsIn() async throws {
        let late = try await condition(of: Posting().statement, blockedBy: close)
        #expect(late == "PL005")
        #expect(try await TestDatabase.current.run("select count(*) from ledger.journal_entries") == ["0"])
        let spared = try await condition(
            of: Posting(date: "2026-05-10").statement,
            blockedBy: "select ledger.start_closing('2026-05')",
            thenEnded: "rollback"
        )
        #expect(spared == nil)
    }

    @Test("are closed in two steps, with suspense at zero, and reopened for a reason; all of it is kept")
    func stepsAreKept() async throws {
        let database = TestDatabase.current
        #expect(try await condition(of: "select ledger.close_period('2026-04')", as: .owner) == "PL011")
        let straight = "update ledger.periods set status = 'closed' where name = '2026-04'"
        #expect(try await condition(of: straight, as: .owner) == "PL011")
        #expect(try await condition(of: "select ledger.start_closing('nope')", as: .owner) == "PL011")

        let suspense = Posting(lines: ["(1, '1900', 500, 'INR', null)", "(2, '4000', -500, 'INR', null)"])
        try await database.run(suspense.statement)
        try await database.run("select ledger.start_closing('2026-04')")
        #expect(try await condition(of: "select ledger.close_period('2026-04')", as: .owner) == "PL011")
        let cleared = Posting(
            key: "cleared",
            purpose: "manual",
            lines: ["(1, '1900', -500, 'INR', null)", "(2, '1000', 500, 'INR', null)"]
        )
        try await database.run(cleared.statement)
        try await database.run("select ledger.close_period('2026-04')")
        #expect(try await condition(of: "select ledger.reopen_period('2026-04', ' ')", as: .owner) == "PL011")
        try await database.run("select ledger.reopen_period('2026-04', 'a bill was late')")
        #expect(try await condition(of: Posting(key: "late").statement) == nil)
        let history = try await database.run(
            "select status || coalesce(': ' || reason, '') from ledger.period_history where period = '2026-04' order by id"
        )
        #expect(history == ["open", "closing", "closed", "open: a bill was late"])
    }

    @Test("do not overlap, and begin open, whoever makes them and however", arguments: Intruder.allCases)
    func doNotOverlap(_ intruder: Intruder) async throws {
        let overlapping = "[2026-12-31,2027-02-01)"
        let insert =
            "insert into ledger.periods (name, days, status) values ('again', '\(overlapping)', 'open')"
        let refused = intruder == .worker ? "42501" : nil
        #expect(try await condition(of: insert, as: intruder) == refused ?? "23P01")
        for (row, expected) in [
            (["again", overlapping, "open"], "23P01"),
            (["early", "[2027-02-01,2027-03-01)", "closed"], "PL011"),
            (["endless", "[2027-02-01,infinity)", "open"], "23514"),
        ] {
            let error = await #expect(throws: PostgresError.self) {
                try await TestDatabase.current.session { session in
                    _ = try session.runScript(intruder.prelude)
                    _ = try session.copyIn("copy ledger.periods (name, days, status) from stdin") {
                        try $0.write(row: row)
                    }
                }
            }
            #expect(error?.sqlState?.code == refused ?? expected, "\(row)")
        }
        let open = "select ledger.open_period('again', '2026-12-31', '2027-01-31')"
        #expect(try await condition(of: open, as: .owner) == "23P01")
    }

    @Test("say on which day a document counts, by the policy in force")
    func sweeps() async throws {
        let database = TestDatabase.current
        try await database.run(close + "select ledger.start_closing('2026-05')")
        let days = """
            select coalesce(ledger.entry_date_for(day)::text, 'none')
            from unnest('{2026-03-31, 2026-04-10, 2026-05-31, 2026-06-01, 2025-07-01, 2027-01-01}'::date[]) as day
            """
        #expect(
            try await database.run(days) == [
                "2026-03-31", "2026-06-01", "2026-06-01", "2026-06-01", "2026-01-01", "none",
            ]
        )
        try await database.run("select pgsync.set_configuration('closed_period_policy', 'refuse')")
        #expect(
            try await database.run(days) == ["2026-03-31", "none", "none", "2026-06-01", "none", "none"]
        )
        let nonsense =
            "update pgsync.sync_configuration set config_value = 'never' where config_key = 'closed_period_policy'"
        #expect(try await condition(of: nonsense, as: .owner) == "22023")
    }
}
