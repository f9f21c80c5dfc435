/// The journal as a table: one row a line, with its entry.
struct CSVFormat: JournalFormat {
    private let book: Book

    init(_ book: Book) {
        self.book = book
    }

    func opening() -> String {
        CSVText.row(
            [
                "entry_id", "entry_date", "line", "account", "account_name", "debit", "credit", "currency",
                "party", "description", "purpose", "reverses", "document_date", "swept_from", "source_table",
                "record_id", "rule", "change_id", "correlation_id", "posted_at", "posted_by", "dimensions",
            ].map { .text($0) }
        )
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
}
