import Days
internal import VisibleText

/// The journal as hledger reads it, so that `hledger check -s` can judge it.
struct HledgerFormat: JournalFormat {
    private let book: Book
    private let currencies: [Currency]
    private let span: String
    /// How hledger calls each account.
    private let names: [String: String]

    init(_ book: Book, from: Day? = nil, until: Day? = nil, currencies: [Currency]) {
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
            // The mark after the number says that it is the decimal mark.
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
            // In full if the description could not be written unchanged.
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

    /// A trial balance as a separate journal: an opening entry.
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

/// Expresses in hledger's format what it has no field for.
///
/// Texts are adapted; identifiers are escaped so that nothing is lost.
enum HledgerText {
    /// A code holds nothing special but colons, which split the names of accounts.
    static func code(_ code: String) -> String {
        code.split(separator: ":", omittingEmptySubsequences: false).joined(separator: "%3A")
    }

    /// The name of an account: no colon, no semicolon, no two spaces in a row.
    static func name(_ name: String) -> String {
        var text = ""
        for character in spaced(name) {
            switch character {
            case ":": text += " -"
            case ";": text += ","
            default: text.append(character)
            }
        }
        return spaced(text)
    }

    /// A description in one line: a semicolon would begin a comment, a bar splits payee and note.
    static func description(_ description: String) -> String {
        var text = ""
        for character in spaced(description) {
            switch character {
            case ";": text += ","
            case "|": text += "/"
            default: text.append(character)
            }
        }
        return text
    }

    /// The value of a tag: a comma would end it, and a bracket may begin a date.
    static func tagValue(_ value: String) -> String {
        let scalars = Array(value.unicodeScalars)
        return scalars.indices.map { index in
            let scalar = scalars[index]
            let isAtEdge = index == 0 || index == scalars.count - 1
            let isSpecial =
                ["%", ",", "[", "]"].contains(scalar) || scalar.isInvisible
                || scalar.properties.isWhitespace && (scalar != " " || isAtEdge)
            return isSpecial ? escaped(scalar) : String(scalar)
        }.joined()
    }

    /// The name of a tag: one word.
    static func tagName(_ name: String) -> String {
        name.unicodeScalars.map { scalar in
            let isSpecial =
                ["%", ",", "[", "]", ":", ";"].contains(scalar) || scalar.isInvisible
                || scalar.properties.isWhitespace
            return isSpecial ? escaped(scalar) : String(scalar)
        }.joined()
    }

    /// All white space and all control characters as single spaces between words; other invisible ones
    /// escaped.
    private static func spaced(_ text: String) -> String {
        text.unicodeScalars.split { $0.isControl || $0.properties.isWhitespace }
            .map { String($0).visible }.joined(separator: " ")
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        String(scalar).utf8.map { byte in
            let digits = String(byte, radix: 16, uppercase: true)
            return "%" + (digits.count == 1 ? "0" : "") + digits
        }.joined()
    }
}

extension Unicode.Scalar {
    fileprivate var isControl: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
