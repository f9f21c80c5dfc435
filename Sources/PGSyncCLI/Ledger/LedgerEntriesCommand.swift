import Arguments
import Days
import JSON
import PGSyncLedger
import PGSyncStore
import Postgres

/// The command `pgsync ledger entries`.
struct LedgerEntriesCommand: Command {
    var account: String?
    var party: String?
    var from: Day?
    var until: Day?
    var source: String?
    var record: String?
    var limit = 100

    static let signature = Signature(
        "entries",
        "Show entries with their lines and reversals.",
        discussion: "Shows the latest entries that meet all conditions, by day.",
        examples: [
            .init("pgsync ledger entries --limit 10", "Show the latest ten."),
            .init("pgsync ledger entries --source bills --record 17", "Show everything posted for a bill."),
            .init("pgsync ledger entries --account 1200 --party P-9", "Show what a patient owed and paid."),
        ],
        exitCodes: [.noTable, .notInTheBooks]
    )
    static let parameters: [Parameter<Self>] = [
        .option(
            "account",
            \.account,
            placeholder: "CODE",
            namesCommand: NameKind.accounts.command,
            help: "With a line on this account."
        ),
        .option(
            "party",
            \.party,
            placeholder: "PARTY",
            help: "With a line of this party, on that account if given."
        ),
        .option("from", \.from, help: "Not before this day."),
        .option("until", \.until, help: "Not after this day."),
        .option(
            "source",
            \.source,
            placeholder: "TABLE",
            namesCommand: NameKind.tables.command,
            help: "Posted for records of this table."
        ),
        .option("record", \.record, placeholder: "KEY", help: "Posted for the record with this key."),
        .option("limit", \.limit, limits: .within(1...100_000), help: "How many entries at most."),
    ]

    func validate() throws {
        try checkSpan(from, until)
    }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let (found, book) = try await LedgerAccess(globals, in: context).read { [self] session, book in
            var entries: [JournalEntry] = []
            let filter = try filter(session, book)
            try JournalReader(session, book).entries(filter, findsReversals: true) { entries.append($0) }
            return (entries, book)
        }
        // One more was asked for, to know whether there is more.
        let entries = found.suffix(limit)
        if globals.json {
            try context.print(.array(try entries.map { try $0.json }))
        } else if entries.isEmpty {
            if !globals.quiet { context.say("no entries") }
        } else {
            try context.output.write(table(entries, book, width: context.output.terminal.tableWidth))
        }
        if found.count > limit, !globals.quiet {
            context.say(
                "showing the latest \(limit); use --limit to see more, or pgsync ledger export for all"
            )
        }
        return .success
    }

    private func filter(_ session: Session, _ book: Book) throws -> EntryFilter {
        var filter = EntryFilter()
        filter.account = try account.map { try book.account($0).code }
        filter.party = party
        filter.from = from
        filter.until = until
        filter.sourceTable = try source.map { try SourceStore(session).rememberedTable(named: $0).id }
        filter.record = record
        filter.limit = limit + 1
        return filter
    }

    private func table(_ entries: ArraySlice<JournalEntry>, _ book: Book, width: Int?) -> String {
        var table = TextTable([
            .init("entry", .right), .init("date"), .init("description", overflow: .wrap),
            .init("account", overflow: .wrap), .init("party"),
            .init("debit", .right), .init("credit", .right), .init("currency"),
        ])
        for entry in entries {
            let words = [entry.description] + entry.notes
            for row in 0..<max(words.count, entry.lines.count) {
                let head = row == 0 ? ["\(entry.id)", "\(entry.date)"] : ["", ""]
                let word = row < words.count ? words[row] : ""
                let cells = row < entry.lines.count ? entry.cells(of: entry.lines[row], book) : []
                table.add(head + [word] + cells)
            }
        }
        return table.text(width: width)
    }
}

extension JournalEntry {
    /// What is to be known beside the description, a line each.
    fileprivate var notes: [String] {
        [
            purpose == "posting" || reverses != nil ? nil : purpose,
            reverses.map { "\(purpose) of \($0)" }, reversedBy.map { "reversed by \($0)" },
            sourceTable.map { "\($0) \(recordID ?? "")" }, sweptFrom.map { "swept from \($0)" },
        ].compactMap(\.self)
    }

    fileprivate func cells(of line: Line, _ book: Book) -> [String] {
        let amount = currency.text(of: line.amount < 0 ? -line.amount : line.amount)
        return [
            "\(line.account) \(book.chart[line.account]?.name ?? "")", line.party ?? "",
            line.amount > 0 ? amount : "", line.amount < 0 ? amount : "", currency.code,
        ]
    }
}
