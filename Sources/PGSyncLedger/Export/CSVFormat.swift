internal import VisibleText

/// The journal as a table: one row a line, with its entry.
struct CSVFormat: JournalFormat {
    private let book: Book

    private static let columns = [
        "entry", "date", "line", "account", "account_name", "debit", "credit", "currency", "party",
        "description", "purpose", "reverses", "document_date", "swept_from", "source_table", "record", "rule",
        "change", "correlation_id", "posted_at", "posted_by", "dimensions",
    ]

    init(_ book: Book) {
        self.book = book
    }

    func opening() -> String {
        CSVText.row(Self.columns.map { .text($0) })
    }

    func text(of entry: JournalEntry) -> String {
        entry.lines.map { line in
            let amount = entry.currency.text(of: line.amount < 0 ? -line.amount : line.amount)
            return CSVText.row([
                .number("\(entry.id)"), .number("\(entry.date)"), .number("\(line.number)"),
                .text(line.account), .text(book.chart[line.account]?.name),
                .number(line.amount > 0 ? amount : nil), .number(line.amount < 0 ? amount : nil),
                .text(entry.currency.code), .text(line.party), .text(entry.description),
                .text(entry.purpose), .number(entry.reverses.map { "\($0)" }),
                .number("\(entry.documentDate)"), .number(entry.sweptFrom.map { "\($0)" }),
                .text(entry.sourceTable), .text(entry.recordID), .text(entry.rule),
                .number(entry.changeID.map { "\($0)" }), .text(entry.correlationID),
                .number("\(entry.postedAt)"), .text(entry.postedBy), .text(line.dimensions),
            ])
        }.joined()
    }

    func closing(_ totals: JournalTotals) -> String {
        totals.debits.sorted { $0.key.code < $1.key.code }.map { currency, amount in
            let sum = currency.text(of: amount)
            let cells: [CSVText.Cell] =
                [.text("total")] + Array(repeating: .text(nil), count: 4)
                + [.number(sum), .number(sum), .text(currency.code)]
            return CSVText.row(cells + Array(repeating: .text(nil), count: Self.columns.count - cells.count))
        }.joined()
    }
}

/// Comma-separated values by RFC 4180.
package enum CSVText {
    /// A row with its line break.
    package static func row(_ cells: [Cell]) -> String {
        cells.map(\.text).joined(separator: ",") + "\r\n"
    }

    /// A cell.
    package enum Cell {
        /// Text from outside.
        case text(String?)
        /// Text that is read back, exactly.
        case exact(String)
        /// A number or a day written by us.
        case number(String?)

        fileprivate var text: String {
            switch self {
            case .text(nil), .number(nil): ""
            case .number(let number?): number
            case .exact(let text): CSVText.quoted(text)
            // A cell may have several lines; what else is invisible is escaped.
            case .text(let text?): CSVText.quoted(CSVText.defused(text).visibleLines)
            }
        }
    }

    /// A text that a spreadsheet would take for a formula begins with an apostrophe, which makes it a text.
    private static func defused(_ text: String) -> String {
        guard let first = text.unicodeScalars.first, ["=", "+", "-", "@", "\t", "\r"].contains(first) else {
            return text
        }
        return "'" + text
    }

    /// Quoted if necessary; so is the empty text, to distinguish it from none.
    private static func quoted(_ text: String) -> String {
        let isSpecial = { (byte: UInt8) in
            [UInt8(ascii: ","), UInt8(ascii: "\""), UInt8(ascii: "\n"), UInt8(ascii: "\r")].contains(byte)
        }
        guard text.isEmpty || text.utf8.contains(where: isSpecial) else { return text }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" { quoted += "\"" }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }
}
