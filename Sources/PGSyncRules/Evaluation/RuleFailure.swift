/// Why a row cannot be posted.
package struct RuleFailure: Error, Sendable, Hashable {
    /// The kind of a failure, which decides what is done about it.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case missing = "data.missing"
        case precision = "data.precision"
        case range = "data.range"
        case type = "data.type"
        case unknownMode = "data.unknown_mode"
        case date = "data.date"
        case length = "data.length"
        case assertFailed = "rule.assert_failed"
        case unbalanced = "rule.unbalanced"
        case noAccount = "rule.no_account"
        case noCurrency = "rule.no_currency"
    }

    package let kind: Kind
    package let message: String
    package let column: String?

    package init(_ kind: Kind, _ message: String, column: String?) {
        self.kind = kind
        self.message = message
        self.column = column
    }
}

extension RuleFailure {
    /// A formula has no value; the column is the first one that is null, if any.
    static func missing(_ what: String, _ column: ColumnReference?) -> RuleFailure {
        guard let column else { return RuleFailure(.missing, "\(what) is missing", column: nil) }
        return RuleFailure(.missing, "\(column.path) is missing", column: column.path)
    }

    /// A column does not hold what it should.
    static func unreadable(_ column: ColumnReference, _ kind: Kind) -> RuleFailure {
        let message =
            switch kind {
            case .range: "\(column.path) is too large"
            case .precision: "\(column.path) has more than \(NumberLimits.fractionDigits) decimals"
            case .date where column.type == .timestamp:
                "\(column.path) is not a time of the years \(TimeZoneOffsets.years.first) to "
                    + "\(TimeZoneOffsets.years.end - 1) written as 2026-01-31T18:30:00+00:00"
            case .date: "\(column.path) is not a day of the calendar written as 2026-01-31"
            default: "\(column.path) is not \(column.type.noun)"
            }
        return RuleFailure(kind, message, column: column.path)
    }

    static func notAnObject(_ list: ColumnReference) -> RuleFailure {
        RuleFailure(.type, "an element of \(list.path) is not an object", column: list.path)
    }

    /// Something on the way to a field is no object.
    static func notAnObject(_ column: ColumnReference, depth: Int) -> RuleFailure {
        let path = column.path(to: depth)
        return RuleFailure(.type, "\(path) is not an object", column: path)
    }

    /// The value stands in the message, in SQL a mark for it.
    static func noAccount(_ formula: Formula, _ code: String, withParty hasParty: Bool) -> RuleFailure {
        let demand = hasParty ? "" : " that needs no party"
        return RuleFailure(
            .noAccount,
            "the chart has no open account '\(shown(code))'\(demand)",
            column: formula.columns.first?.path
        )
    }

    static func noCurrency(_ formula: Formula, _ code: String) -> RuleFailure {
        RuleFailure(
            .noCurrency,
            "unknown currency '\(shown(code))'",
            column: formula.columns.first?.path
        )
    }

    /// As much of a value as a message shows.
    static let shownLength = 100

    private static func shown(_ value: String) -> String {
        String(String.UnicodeScalarView(value.unicodeScalars.prefix(shownLength)))
    }

    /// Only where no server has told of the zone; examples that need it are not run there.
    static let unknownZone = RuleFailure(.date, "the time zone is not known here", column: nil)

    static func inexactDivision(_ formula: Formula, by divisor: UInt32) -> RuleFailure {
        RuleFailure(
            .precision,
            "the division by \(divisor) leaves a remainder",
            column: formula.columns.first?.path
        )
    }

    static func unknownMode(_ map: AccountMap, _ formula: Formula) -> RuleFailure {
        RuleFailure(
            .unknownMode,
            "the map \(map.name) has no entry for this value",
            column: formula.columns.first?.path
        )
    }

    static func inexactAmount(_ amount: Formula, currency: String?) -> RuleFailure {
        RuleFailure(
            .precision,
            "the amount is not exact in \(currency ?? "its currency")",
            column: amount.columns.first?.path
        )
    }

    static func hugeAmount(_ amount: Formula) -> RuleFailure {
        RuleFailure(.range, "the amount is too large", column: amount.columns.first?.path)
    }

    static func zeroAmount(_ amount: Formula) -> RuleFailure {
        RuleFailure(.range, "the amount is zero", column: amount.columns.first?.path)
    }

    static func assertFailed(_ condition: Formula, _ message: String) -> RuleFailure {
        RuleFailure(.assertFailed, message, column: condition.columns.first?.path)
    }

    /// A text is longer than the journal takes; nil if none is.
    static func excess(of entry: RuleEntry) -> RuleFailure? {
        func over(_ limit: Int, _ length: Int, _ what: (Int) -> String) -> RuleFailure? {
            guard length > limit else { return nil }
            return RuleFailure(
                .length,
                "\(what(length)); the limit is \(limit)",
                column: nil
            )
        }
        return over(TextLimits.description, entry.description.unicodeScalars.count) {
            "a description has \($0) characters"
        }
            ?? over(TextLimits.party, entry.lines.map { $0.party?.unicodeScalars.count ?? 0 }.max() ?? 0) {
                "a party has \($0) characters"
            }
            ?? over(TextLimits.dimensions, entry.lines.map { TextLimits.bytes(of: $0.dimensions) }.max() ?? 0)
        {
            "the dimensions of a line have \($0) bytes"
        }
    }

    static let unbalanced = RuleFailure(.unbalanced, "debits and credits differ", column: nil)
}

/// How large a number of a row may be.
enum NumberLimits {
    static let wholeDigits = 18
    static let fractionDigits = 9
    /// The largest amount of a line, which is that of `ledger.journal_lines`.
    static let minorUnits: UInt64 = 1_000_000_000_000_000
    /// How long a number written as a text may be.
    static let textLength = 100
}

/// How long the texts of an entry may be, which `ledger.excess_of` says.
private enum TextLimits {
    static let description = 1_000
    static let party = 200
    static let dimensions = 2_000

    /// What an object of texts takes as jsonb: two headers, and a word and its bytes for each name and each text.
    static func bytes(of dimensions: [String: String]) -> Int {
        dimensions.reduce(8) { $0 + 8 + $1.key.utf8.count + $1.value.utf8.count }
    }
}
