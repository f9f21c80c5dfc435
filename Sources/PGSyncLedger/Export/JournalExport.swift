import Days
import JSON
package import Postgres

/// Writes the journal in a format for other programs, a piece at a time.
package struct JournalExport: Sendable {
    package enum Format: String, Sendable, CaseIterable {
        case hledger, csv, jsonl
    }

    package struct Summary: Sendable, Equatable {
        package var entries = 0
        package var lines = 0
    }

    private let format: Format
    private let filter: EntryFilter
    private let hasTotals: Bool

    /// Text is handed on in pieces of at least this size.
    private static let pieceSize = 64 << 10

    /// With totals, a table ends with a row for each currency.
    package init(_ format: Format, _ filter: EntryFilter = EntryFilter(), hasTotals: Bool = false) {
        self.format = format
        self.filter = filter
        self.hasTotals = hasTotals
    }

    /// Writes one snapshot; memory use stays flat.
    @discardableResult
    package func run(
        on session: Session,
        onPage: (Summary) throws -> Void = { _ in },
        write: (String) throws -> Void
    ) throws -> Summary {
        // Not retried when it fails: what is written is written.
        try session.transaction(TransactionOptions(isolation: .repeatableRead, isReadOnly: true)) {
            let book = try Book(session)
            let format = try self.format(book, session)
            var summary = Summary()
            var piece = format.opening()
            var totals = JournalTotals()
            var lastDay: Day?
            try JournalReader(session, book).entries(filter) { entry in
                piece += try format.text(of: entry)
                summary.entries += 1
                summary.lines += entry.lines.count
                if hasTotals { totals.add(entry) }
                lastDay = entry.date
                guard piece.utf8.count >= Self.pieceSize else { return }
                try write(piece)
                piece.removeAll(keepingCapacity: true)
                try onPage(summary)
            }
            if hasTotals { piece += format.closing(totals) }
            if isWhole, let lastDay {
                piece += format.closing(try BalanceReader(session, book).trialBalance(at: lastDay))
            }
            if !piece.isEmpty { try write(piece) }
            return summary
        }
    }

    /// Only a journal from its beginning, with nothing left out, adds up to the balances.
    private var isWhole: Bool {
        var whole = EntryFilter()
        whole.until = filter.until
        return filter == whole
    }

    private func format(_ book: Book, _ session: Session) throws -> any JournalFormat {
        switch format {
        case .hledger:
            HledgerFormat(
                book,
                from: filter.from,
                until: filter.until,
                currencies: try currencies(session, book)
            )
        case .csv: CSVFormat(book)
        case .jsonl: JSONLinesFormat()
        }
    }

    /// The currencies that entries of the span are in.
    private func currencies(_ session: Session, _ book: Book) throws -> [Currency] {
        try session.query(
            """
            select distinct entry.currency
            from ledger.journal_entries as entry
            where entry.entry_date >= coalesce(\(.inferred(filter.from?.description))::date, '-infinity')
                and entry.entry_date <= coalesce(\(.inferred(filter.until?.description))::date, 'infinity')
            order by entry.currency
            """
        ).map { try book.currency(try $0.decode("currency")) }
    }
}

/// How the journal is written for other programs; pure, a piece of text at a time.
protocol JournalFormat {
    /// What comes before the first entry.
    func opening() -> String
    func text(of entry: JournalEntry) throws -> String
    /// What comes after the last entry, given the balances of the ledger itself at that point.
    func closing(_ balance: TrialBalance) -> String
    /// What comes after the last entry if the sums of what was written are asked for.
    func closing(_ totals: JournalTotals) -> String
}

/// What the entries that were written come to, by currency.
struct JournalTotals {
    private(set) var debits: [Currency: Int128] = [:]

    mutating func add(_ entry: JournalEntry) { debits[entry.currency, default: 0] += Int128(entry.total) }
}

extension JournalFormat {
    func opening() -> String { "" }
    func closing(_ balance: TrialBalance) -> String { "" }
    func closing(_ totals: JournalTotals) -> String { "" }
}

extension JournalEntry.Line {
    /// The dimensions as an object.
    var dimensionObject: JSONObject? {
        get throws { try dimensions.flatMap { try JSONValue(parsing: $0).object } }
    }

    /// Each dimension with its value.
    var dimensionValues: [(key: String, value: JSONValue)] {
        get throws { try dimensionObject.map(Array.init) ?? [] }
    }
}

extension JSONValue {
    /// A text unchanged, anything else as JSON.
    var plainText: String { string ?? text() }
}
