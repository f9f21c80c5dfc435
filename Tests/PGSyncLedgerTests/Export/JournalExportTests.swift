import JSON
import Postgres
import TestSupport
import Testing

@testable import PGSyncLedger

@Suite("JournalExport", .ledger, .timeLimit(.minutes(10)))
struct JournalExportTests {
    private struct Stopped: Error {}

    private func post(_ count: Int) async throws {
        try await TestDatabase.current.session { session in
            var journal = RandomJournal(seed: 5)
            try journal.post(count, on: session)
        }
    }

    private func export(_ format: JournalExport.Format) async throws -> (String, JournalExport.Summary) {
        try await TestDatabase.current.session { session in
            var text = ""
            let summary = try JournalExport(format).run(on: session) { text += $0 }
            return (text, summary)
        }
    }

    @Test("as CSV is read back by PostgreSQL with every amount and every text, formulas made harmless")
    func csv() async throws {
        try await post(200)
        let (text, summary) = try await export(.csv)
        let database = TestDatabase.current
        let differences = try await database.session { session in
            let header = text.prefix { $0 != "\r\n" }
            let columns = header.split(separator: ",").map { "\($0) text" }.joined(separator: ", ")
            try session.runScript("create temporary table exported (\(columns))")
            // A reader of it sees what would be invisible.
            try session.runScript(
                #"""
                create function pg_temp.visible(given text) returns text language sql
                return replace(replace(replace(replace(replace(replace(given,
                    E'\r', '\r'), E'\x0B', '\u000b'), E'\x7F', '\u007f'), E'\x01', '\u0001'),
                    U&'\2028', '\u2028'), U&'\FEFF', '\ufeff')
                """#
            )
            try session.copyIn("copy exported from stdin (format csv, header)") { writer in
                try writer.write(bytes: Array(text.utf8))
            }
            return try session.query(
                """
                with ours as (
                    select
                        entry.id::text, line.line::text, line.account, entry.currency,
                        coalesce(ledger.debit, -ledger.credit) as amount, pg_temp.visible(line.party),
                        pg_temp.visible(entry.description), pg_temp.visible(entry.record_id),
                        pg_temp.visible(entry.correlation_id), pg_temp.visible(line.dimensions::text),
                        entry.reverses::text
                    from ledger.journal_entries as entry
                    inner join ledger.journal_lines as line on line.entry_id = entry.id
                    inner join ledger.general_ledger as ledger
                        on ledger.entry_id = line.entry_id and ledger.line = line.line
                ),
                theirs as (
                    select
                        entry, line, account, currency,
                        coalesce(debit::numeric, -credit::numeric) as amount,
                        regexp_replace(party, '^''(?=[=+@\\t-]|\\\\r)', ''),
                        regexp_replace(description, '^''(?=[=+@\\t-]|\\\\r)', ''),
                        record, regexp_replace(correlation_id, '^''(?=[=+@\\t-]|\\\\r)', ''), dimensions, reverses
                    from exported
                )
                (select * from ours except all select * from theirs)
                union all (select * from theirs except all select * from ours)
                """
            ).count
        }
        #expect(differences == 0)
        #expect(summary.lines > 400 && summary.entries > 200)
        let cells = text.split(separator: "\r\n").dropFirst().flatMap { $0.split(separator: ",") }
        #expect(
            !cells.contains {
                $0.hasPrefix("=") || $0.hasPrefix("+") || $0.hasPrefix("@") || $0.hasPrefix("-")
            }
        )
        #expect(text.contains(",'=cmd|' /C calc'!A0,"))
    }

    @Test("writes what a filter chooses and its totals, and asserts balances only where nothing is left out")
    func filters() async throws {
        try await post(100)
        let database = TestDatabase.current
        let totals = try await database.run(
            """
            select currency || ' ' || sum(total)
            from ledger.entry_details
            where purpose = 'manual' and total between 1000 and 1000000 and position('a' in lower(description)) > 0
            group by currency order by currency
            """
        )
        #expect(!totals.isEmpty)
        var filter = EntryFilter()
        filter.purpose = "manual"
        filter.text = "A"
        filter.least = "1000"
        filter.most = "1000000.00"
        let (csv, hledger, whole) = try await database.session { [filter] session in
            var texts = ["", "", ""]
            try JournalExport(.csv, filter, hasTotals: true).run(on: session) { texts[0] += $0 }
            try JournalExport(.hledger, filter).run(on: session) { texts[1] += $0 }
            try JournalExport(.hledger).run(on: session) { texts[2] += $0 }
            return (texts[0], texts[1], texts[2])
        }
        let sums = csv.split(separator: "\r\n").filter { $0.hasPrefix("total,") }.map { line in
            let cells = line.split(separator: ",", omittingEmptySubsequences: false)
            #expect(cells.count == 22 && cells[5] == cells[6])
            return "\(cells[7]) \(cells[5])"
        }
        #expect(sums == totals)
        #expect(whole.contains("purpose:assertion") && !hledger.contains("purpose:assertion"))
    }

    @Test("counts lines up to a limit")
    func count() async throws {
        try await post(50)
        let database = TestDatabase.current
        let all = try await database.run("select count(*) from ledger.journal_lines").first.flatMap { $0 }
        let counts = try await database.session { session in
            try session.transaction {
                let reader = JournalReader(session, try Book(session))
                return try [7, 1_000_000].map { try reader.lineCount(EntryFilter(), upTo: $0) }
            }
        }
        #expect(counts == [8, Int(all ?? "")])
    }

    @Test("as JSON is one object a line that says what ledger.entry_details says")
    func jsonLines() async throws {
        try await post(200)
        let (text, summary) = try await export(.jsonl)
        let lines = text.split(separator: "\n")
        #expect(lines.count == summary.entries)
        let objects = try lines.map { try JSONValue(parsing: String($0)) }
        let stored = try await TestDatabase.current.run(
            """
            select jsonb_build_object(
                'entry', id, 'date', entry_date, 'description', description, 'total', total::text, 'lines', lines,
                'record', record_id, 'reverses', reverses, 'purpose', purpose
            )::text
            from ledger.entry_details order by entry_date, id
            """
        )
        #expect(objects.count == stored.count)
        for (object, stored) in zip(objects, stored) {
            let stored = try JSONValue(parsing: try #require(stored))
            for key in ["entry", "date", "description", "total", "purpose"] {
                #expect(object[key] == stored[key], "\(key)")
            }
            for key in ["record", "reverses"] { #expect((object[key] ?? .null) == stored[key]) }
            #expect(object["lines"] == stored["lines"])
        }
    }

    @Test("hands on pieces while it reads, and ends when its reader does")
    func streams() async throws {
        try await post(600)
        let database = TestDatabase.current
        let (pieces, entries) = try await database.session { session in
            var pieces: [Int] = []
            let summary = try JournalExport(.jsonl).run(on: session) { pieces.append($0.utf8.count) }
            return (pieces, summary.entries)
        }
        #expect(pieces.count > 3 && pieces.allSatisfy { $0 < 80 << 10 })
        #expect(try await database.run("select count(*) from ledger.journal_entries") == ["\(entries)"])
        // The session is free again when the reader goes away in the middle.
        let left = try await database.session { session in
            #expect(throws: Stopped.self) {
                try JournalExport(.csv).run(on: session) { _ in throw Stopped() }
            }
            return try session.query("select count(*) from pg_cursors where name = 'pgsync_journal'")
                .onlyRow().decode(0, as: Int.self)
        }
        #expect(left == 0)
    }

    @Test("of an empty journal is a file that says so")
    func empty() async throws {
        let (hledger, summary) = try await export(.hledger)
        #expect(summary == JournalExport.Summary())
        #expect(hledger.contains("account Assets:1000 Cash in hand") && !hledger.contains("2026-"))
        #expect(try await export(.csv).0.hasSuffix("dimensions\r\n"))
        #expect(try await export(.jsonl).0 == "")
    }
}
