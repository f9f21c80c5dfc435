package import Days
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
    private let from: Day?
    private let until: Day?

    /// Text is handed on in pieces of at least this size.
    private static let pieceSize = 64 << 10

    package init(_ format: Format, from: Day? = nil, until: Day? = nil) {
        self.format = format
        self.from = from
        self.until = until
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
            var filter = EntryFilter()
            filter.from = from
            filter.until = until
            var lastDay: Day?
            try JournalReader(session, book).entries(filter) { entry in
                piece += try format.text(of: entry)
                summary.entries += 1
                summary.lines += entry.lines.count
                lastDay = entry.date
                guard piece.utf8.count >= Self.pieceSize else { return }
                try write(piece)
                piece.removeAll(keepingCapacity: true)
                try onPage(summary)
            }
            // Only a journal from its beginning adds up to the balances.
            if from == nil, let lastDay {
                piece += format.closing(try BalanceReader(session, book).trialBalance(at: lastDay))
            }
            if !piece.isEmpty { try write(piece) }
            return summary
        }
    }

    private func format(_ book: Book, _ session: Session) throws -> any JournalFormat {
        switch format {
        case .hledger:
            HledgerFormat(book, from: from, until: until, currencies: try currencies(session, book))
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
            where entry.entry_date >= coalesce(\(.inferred(from?.description))::date, '-infinity')
                and entry.entry_date <= coalesce(\(.inferred(until?.description))::date, 'infinity')
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
}

extension JournalFormat {
    func opening() -> String { "" }
    func closing(_ balance: TrialBalance) -> String { "" }
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
