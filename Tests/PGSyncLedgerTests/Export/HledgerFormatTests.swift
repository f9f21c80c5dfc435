import Days
import Postgres
import Subprocesses
import TestSupport
import Testing

@testable import PGSyncLedger

@Suite("The journal for hledger", .ledger, .timeLimit(.minutes(10)))
struct HledgerFormatTests {
    private func export(from: Day? = nil, until: Day? = nil) async throws -> String {
        try await TestDatabase.current.session { session in
            var journal = ""
            var filter = EntryFilter()
            filter.from = from
            filter.until = until
            try JournalExport(.hledger, filter).run(on: session) { journal += $0 }
            return journal
        }
    }

    @Test(
        "passes every check of hledger, which agrees with the trial balance on every day it is asked",
        arguments: [UInt64(1), 2]
    )
    func refereeAgrees(seed: UInt64) async throws {
        let database = TestDatabase.current
        try await database.session { session in
            var journal = RandomJournal(seed: seed)
            try journal.post(300, on: session)
            // The balances come from snapshots and a tail.
            try session.execute("select ledger.take_snapshot()")
            try journal.post(0, on: session)
        }
        let purposes = try await database.run("select count(distinct purpose) from ledger.journal_entries")
        #expect(purposes == ["3"])
        let journal = try await export()
        let check = try await Hledger.run("check", "-s", "ordereddates", "uniqueleafnames", on: journal)
        #expect(check.status == .exited(0), "\(check.standardError.text)")
        let printed = try await Hledger.run("print", on: journal).checked().standardOutput.text
        let found = printed.matches(of: #/\n2026-\d\d-\d\d \* \(\d+\)/#).count + 1
        #expect(try await database.run("select count(*) from ledger.journal_entries") == ["\(found)"])

        for (before, day) in [
            ("2026-01-01", "2025-12-31"), ("2026-01-11", "2026-01-10"), ("2026-03-01", "2026-02-28"),
            ("2026-07-16", "2026-07-15"), ("2027-01-01", "2026-12-31"),
        ] {
            let ours = try await database.run(
                """
                select concat_ws(' ', account, currency, coalesce(debit, -credit))
                from ledger.trial_balance_at('\(day)') where amount <> 0
                """
            )
            let theirs = try await Hledger.balances(before: before, in: journal)
            #expect(theirs == Set(ours.compactMap(\.self)), "\(day)")
            #expect(theirs.isEmpty == (day < "2026"))
        }
    }

    @Test("ends in what the ledger says of itself, so that hledger refuses a journal that differs")
    func refereeRefuses() async throws {
        let database = TestDatabase.current
        try await database.session { session in
            var journal = RandomJournal(seed: 3)
            try journal.post(20, on: session)
        }
        let sound = try await export()
        #expect(try await Hledger.run("check", "-s", on: sound).status == .exited(0))
        // A whole entry is missing.
        let parts = sound.split(separator: "\n\n", omittingEmptySubsequences: false)
        let entry = try #require(parts.firstIndex { $0.hasPrefix("2026-") })
        let lacking = (parts[..<entry] + parts[(entry + 1)...]).joined(separator: "\n\n")
        let check = try await Hledger.run("check", "-s", on: lacking)
        #expect(check.status != .exited(0))
        #expect(check.standardError.text.contains("assertion"))
        // Snapshots that are wrong.
        try await database.run(
            "select ledger.take_snapshot(); update ledger.balance_snapshots set amount = amount + 1"
        )
        #expect(try await Hledger.run("check", "-s", on: try await export()).status != .exited(0))
    }

    @Test("can be a part of the whole, and balances are not asserted where the beginning is missing")
    func parts() async throws {
        try await TestDatabase.current.session { session in
            var journal = RandomJournal(seed: 4)
            try journal.post(60, on: session)
        }
        let year = try await export()
        let summer = try await export(from: Day("2026-05-01"), until: Day("2026-08-31"))
        let spring = try await export(until: Day("2026-04-30"))
        let autumn = try await export(from: Day("2026-09-01"))
        for journal in [summer, spring, autumn] {
            #expect(try await Hledger.run("check", "-s", on: journal).status == .exited(0))
        }
        #expect(!summer.contains("purpose:assertion") && spring.contains("purpose:assertion"))
        let ids = { (journal: String) in journal.matches(of: /\* \((\d+)\)/).map { String($0.output.1) } }
        #expect(ids(spring) + ids(summer) + ids(autumn) == ids(year) && !ids(summer).isEmpty)
    }

    @Test("writes an entry as an accountant reads it")
    func entry() async throws {
        try await TestDatabase.current.run(
            """
            select ledger.post_entry(
                '2026-04-10', 'INR', 'Bill P-17; paid', '[
                    {"account": "1200", "debit": "118", "party": "P, 1", "dimensions": {"counter": 2}},
                    {"account": "4000", "credit": "100.5"}, {"account": "13:10", "credit": "17.5"}]',
                'key', document_date => '2026-04-09', source_table => 'bills', record_id => '["a", 1]'
            );
            """
        )
        let id = try #require(
            try await TestDatabase.current.run("select id from ledger.journal_entries").first ?? nil
        )
        let journal = try await export()
        let entry = """
            2026-04-10 * (\(id)) Bill P-17, paid  ; id:\(id), purpose:manual, source:public.bills, record:%5B"a"%2C 1%5D, document-date:2026-04-09, description:Bill P-17; paid
                Assets:1200 Receivable (patients) [old]  INR 118.00  ; party:P%2C 1, dim-counter:2
                Income:4000 Income  INR -100.50
                Assets:1300 Stock | all, of it:1310 Quarantine - shelf 3 -:13%3A10 = Looks alike  INR -17.50

            """
        #expect(journal.contains(entry), "\(journal)")
        #expect(journal.contains("\ncommodity INR 1000.00\n"))
        #expect(journal.contains("\naccount Liabilities:2100 देय कर  ; type: L\n"))
    }
}
