/// The journal as hledger reads it, so that `hledger check -s` can judge it.
struct HledgerFormat: JournalFormat {
    private let book: Book
    private let currencies: [Currency]
    private let span: String
    /// How hledger calls each account.
    private let names: [String: String]

    init(_ book: Book, from: LedgerDay? = nil, until: LedgerDay? = nil, currencies: [Currency]) {
        self.book = book
        self.currencies = currencies
        span = [from.map { " from \($0)" }, until.map { " until \($0)" }].compactMap(\.self).joined()
        names = Dictionary(
            book.chart.accounts.map { ($0.code, Self.name(of: $0, in: book.chart)) }
        ) { first, _ in first }
    }

    /// Such as `Assets:1300 Inventory:1310 Quarantine stock`: unique, because each part begins with its code.
    private static func name(of account: Account, in chart: AccountChart) -> String {
        let lineage = chart.lineage(of: account)
        let parts = lineage.map { "\(HledgerText.code($0.code)) \(HledgerText.name($0.name))" }
        return ([lineage[0].kind.hledgerRoot] + parts).joined(separator: ":")
    }

    func opening() -> String {
        let commodities = currencies.map { currency in
            // The mark behind the number says that it is the one for decimals.
            "commodity \(currency.code) 1000.\(String(repeating: "0", count: currency.exponent))\n"
        }
        let accounts = book.chart.accounts.map { account in
            "account \(names[account.code] ?? "")  ; type: \(account.kind.hledgerType)\n"
        }
        return """
            ; The journal of pgsync\(span). To have it checked: hledger check -s -f FILE

            decimal-mark .

            \(commodities.joined())
            \(accounts.joined())

            """
    }

    func text(of entry: JournalEntry) throws -> String {
        var text = "\(entry.date) * (\(entry.id)) \(HledgerText.description(entry.description))"
        text += "  ; \(Self.tags(of: entry).map { "\($0):\($1)" }.joined(separator: ", "))\n"
        for line in entry.lines {
            text += "    \(names[line.account] ?? HledgerText.code(line.account))"
            text += "  \(entry.currency.code) \(entry.currency.text(of: line.amount))"
            text += try Self.comment(of: line) + "\n"
        }
        return text + "\n"
    }

    private static func tags(of entry: JournalEntry) -> [(name: String, value: String)] {
        let values: [(String, String?)] = [
            ("id", "\(entry.id)"), ("purpose", entry.purpose), ("reverses", entry.reverses.map { "\($0)" }),
            ("source", entry.sourceTable), ("record", entry.recordID), ("rule", entry.rule),
            ("change", entry.changeID.map { "\($0)" }),
            ("document-date", entry.documentDate == entry.date ? nil : "\(entry.documentDate)"),
            ("swept-from", entry.sweptFrom.map { "\($0)" }), ("correlation", entry.correlationID),
            // Whole where the description could not be written as it is.
            (
                "description",
                HledgerText.description(entry.description) == entry.description ? nil : entry.description
            ),
        ]
        return values.compactMap { name, value in value.map { (name, HledgerText.tagValue($0)) } }
    }

    private static func comment(of line: JournalEntry.Line) throws -> String {
        var tags = line.party.map { ["party:\(HledgerText.tagValue($0))"] } ?? []
        for (key, value) in try line.dimensionValues {
            tags.append("dim-\(HledgerText.tagName(key)):\(HledgerText.tagValue(value.plainText))")
        }
        return tags.isEmpty ? "" : "  ; \(tags.joined(separator: ", "))"
    }

    /// Zeros with assertions, so that every run of hledger compares its sums with the ledger's.
    func closing(_ balance: TrialBalance) -> String {
        guard !balance.rows.isEmpty else { return "" }
        let lines = balance.rows.map { row in
            "    \(names[row.account] ?? "")  \(row.currency.code) \(row.currency.zero) = "
                + "\(row.currency.code) \(row.balance)\n"
        }
        return "\(balance.day) * What the ledger says its accounts stand at  ; purpose:assertion\n"
            + lines.joined() + "\n"
    }

    /// A trial balance as a journal of its own: an opening entry.
    func journal(of balance: TrialBalance) -> String {
        let lines = balance.rows.map { row in
            "    \(names[row.account] ?? "")  \(row.currency.code) \(row.balance)\n"
        }
        return opening() + "\(balance.day) * Balances at the end of the day  ; purpose:balances\n"
            + lines.joined()
    }
}

extension Account.Kind {
    fileprivate var hledgerRoot: String {
        switch self {
        case .asset: "Assets"
        case .liability: "Liabilities"
        case .equity: "Equity"
        case .income: "Income"
        case .expense: "Expenses"
        }
    }

    fileprivate var hledgerType: String {
        switch self {
        case .asset: "A"
        case .liability: "L"
        case .equity: "E"
        case .income: "R"
        case .expense: "X"
        }
    }
}
