internal import PGSyncCore

/// A posting rule that has passed every check.
package struct Rule: Sendable, Hashable {
    package let name: String
    package let version: Int
    /// The table with its schema, such as `public.bills`.
    package let table: String
    let currency: Formula
    /// How many digits an amount has behind the point.
    let places: Formula.Places
    /// The rules that may post the same row.
    package let partners: [String]
    /// The rule as written, after the maps it uses: a rule file by itself.
    package internal(set) var content = ""
    package internal(set) var terms = RuleTerms()
    let condition: Formula?
    let date: Formula
    let description: Formula
    let statements: [Statement]

    /// How entries and messages call it, such as `pharmacy_bill@1`.
    package var label: String { "\(name)@\(version)" }

    /// Of the content: two versions are the same when this is.
    package var checksum: String { SHA256.hexadecimalDigest(of: content) }

    /// The currency of its entries; of a rule that takes it from the row, a word that no currency has.
    package var currencyName: String { fixedCurrency ?? "each row's" }

    /// The currency of all its entries; nil if the row says it.
    var fixedCurrency: String? {
        if case .literal(.text(let code)?) = currency { code.string } else { nil }
    }

    /// The columns of the table that it reads.
    package var columns: [String] {
        var seen: Set<String> = []
        return (conditionColumns + otherColumns).map(\.name).filter { seen.insert($0).inserted }
    }

    /// Every formula of it.
    var formulas: [Formula] {
        [condition].compactMap(\.self) + [date, currency, description] + statements.flatMap(\.formulas)
    }

    /// The maps it looks something up in.
    var maps: [AccountMap] { formulas.flatMap(\.maps) }

    /// What must be read to decide whether the rule applies at all.
    var conditionColumns: [ColumnReference] { condition?.columns ?? [] }

    /// What is read once it applies.
    var otherColumns: [ColumnReference] {
        var seen = conditionColumns
        let all =
            date.columns + currency.columns + description.columns + statements.flatMap(\.rowColumns)
        for column in all where column.list == nil && !seen.contains(column) { seen.append(column) }
        return Array(seen.dropFirst(conditionColumns.count))
    }
}

indirect enum Statement: Sendable, Hashable {
    case line(LineStatement)
    case forEach(ForEachStatement)
    case conditional(Formula, then: [Statement], otherwise: [Statement])
    case assert(Formula, message: String)

    /// Every column it mentions, fields of elements included.
    var columns: [ColumnReference] {
        switch self {
        case .line(let line): line.columns
        case .forEach(let loop): [loop.list] + loop.body.flatMap(\.columns)
        case .conditional(let condition, let then, let otherwise):
            condition.columns + (then + otherwise).flatMap(\.columns)
        case .assert(let condition, _): condition.columns
        }
    }

    var rowColumns: [ColumnReference] { columns.filter { $0.list == nil } }

    /// Every formula of it.
    var formulas: [Formula] {
        switch self {
        case .line(let line):
            [line.account, line.amount] + [line.party].compactMap(\.self) + line.dimensions.map(\.value)
        case .forEach(let loop): loop.body.flatMap(\.formulas)
        case .conditional(let condition, let then, let otherwise):
            [condition] + (then + otherwise).flatMap(\.formulas)
        case .assert(let condition, _): [condition]
        }
    }
}

struct ForEachStatement: Sendable, Hashable {
    let list: ColumnReference
    let body: [Statement]

    /// The fields of the element that are read, in the order written.
    var fields: [ColumnReference] {
        var seen: [ColumnReference] = []
        for column in body.flatMap(\.columns) where column.list != nil && !seen.contains(column) {
            seen.append(column)
        }
        return seen
    }
}

struct LineStatement: Sendable, Hashable {
    let side: Side
    let account: Formula
    let amount: Formula
    let skipsZero: Bool
    let party: Formula?
    let dimensions: [Dimension]

    struct Dimension: Sendable, Hashable {
        let name: String
        let value: Formula
    }

    /// Every column it mentions, in the order it is evaluated.
    var columns: [ColumnReference] {
        amount.columns + account.columns + (party?.columns ?? []) + dimensions.flatMap(\.value.columns)
    }
}
