import Days
import Postgres
import TestSupport
import Testing

@testable import PGSyncLedger

@Suite("JournalReader", .ledger, .timeLimit(.minutes(10)))
struct JournalReaderTests {
    private func entries(
        pageSize: Int = 2_000,
        _ change: (inout EntryFilter) -> Void = { _ in }
    ) async throws -> [JournalEntry] {
        var filter = EntryFilter()
        change(&filter)
        return try await TestDatabase.current.session { [filter] session in
            try session.transaction {
                var entries: [JournalEntry] = []
                let reader = JournalReader(session, try Book(session))
                try reader.entries(filter, findsReversals: true, pageSize: pageSize) { entries.append($0) }
                return entries
            }
        }
    }

    private func post(_ count: Int) async throws {
        try await TestDatabase.current.session { session in
            var journal = RandomJournal(seed: 6)
            try journal.post(count, on: session)
        }
    }

    @Test("hands over every entry once with all its lines, by day and id, however small the pages are")
    func readsAll() async throws {
        try await post(80)
        let all = try await entries()
        #expect(try await entries(pageSize: 1) == all)
        #expect(try await entries(pageSize: 7) == all)
        let stored = try await TestDatabase.current.run(
            """
            select concat_ws(' ', id, entry_date, jsonb_array_length(lines), reverses, '-', reversed_by)
            from ledger.entry_details order by entry_date, id
            """
        )
        let found = all.map { entry in
            [
                "\(entry.id)", "\(entry.date)", "\(entry.lines.count)", entry.reverses.map { "\($0)" }, "-",
                entry.reversedBy.map { "\($0)" },
            ].compactMap(\.self).joined(separator: " ")
        }
        #expect(found == stored.compactMap(\.self))
        #expect(all.allSatisfy { entry in entry.lines.map(\.number) == Array(1...entry.lines.count) })
    }

    @Test("finds by account, party, days, table and record, and the latest of them")
    func filters() async throws {
        try await post(120)
        let all = try await entries()
        let party = "semi;colon"
        let (from, until) = (try #require(Day("2026-03-05")), try #require(Day("2026-06-10")))
        #expect(
            try await entries { $0.account = "1200" }
                == all.filter { $0.lines.contains { $0.account == "1200" } }
        )
        #expect(
            try await entries { ($0.account, $0.party) = ("1200", party) }
                == all.filter { $0.lines.contains { $0.account == "1200" && $0.party == party } }
        )
        let some = try await entries { $0.party = party }
        #expect(some == all.filter { $0.lines.contains { $0.party == party } } && !some.isEmpty)
        let span = all.filter { $0.date >= from && $0.date <= until }
        #expect(try await entries { ($0.from, $0.until) = (from, until) } == span)
        #expect(try await entries { ($0.from, $0.until, $0.limit) = (from, until, 5) } == span.suffix(5))
        let table = try #require(
            try await TestDatabase.current.run("select 'bills'::regclass::bigint").first ?? nil
        )
        let ofTable = all.filter { $0.sourceTable == "public.bills" }
        #expect(try await entries { $0.sourceTable = Int64(table) } == ofTable)
        let record = try #require(ofTable.first?.recordID)
        #expect(
            try await entries { ($0.sourceTable, $0.record) = (Int64(table), record) }
                == ofTable.filter { $0.recordID == record }
        )
        #expect(try await entries { $0.record = "none" } == [])
    }

    @Test("names the table of a record by its schema, and by its number once it is gone")
    func tables() async throws {
        let number = try #require(
            try await TestDatabase.current.run(
                """
                select ledger.post_entry(
                    '2026-04-10', 'INR', 'x',
                    '[{"account": "1000", "debit": 1}, {"account": "4000", "credit": 1}]',
                    source_table => 'bills', record_id => '1'
                );
                select 'bills'::regclass::bigint
                """
            ).first ?? nil
        )
        #expect(try await entries().map(\.sourceTable) == ["public.bills"])
        try await TestDatabase.current.run("drop table bills")
        #expect(try await entries().map(\.sourceTable) == [number])
    }
}
