/// A checked expression: names are resolved and types agree.
indirect enum Formula: Sendable, Hashable {
    case literal(RuleValue?)
    case column(ColumnReference)
    /// What a `let` calls by a name: it is calculated once, however often it is mentioned.
    case shared(Formula)
    case negate(Formula)
    case absolute(Formula)
    case arithmetic(Arithmetic, Formula, Formula)
    /// An amount that counts in the smallest unit.
    case fromMinor(Formula, Places)
    case divideExactly(Formula, by: UInt32, places: Places)
    case round(Formula, dividedBy: UInt32, places: Int, halves: Halves)
    case compare(Comparison, Formula, Formula)
    case isNull(Formula)
    case isIn(Formula, [RuleValue])
    case not(Formula)
    case both(Formula, Formula)
    case either(Formula, Formula)
    case conditional(Formula, then: Formula, otherwise: Formula)
    case coalesce([Formula])
    case concatenate(Formula, Formula)
    case changeText(TextChange, Formula)
    /// A number written as a text.
    case written(Formula)
    /// A day written as a text.
    case writtenDate(Formula)
    /// An amount written as a text.
    case writtenAmount(Formula, Places)
    case lookup(AccountMap, Formula)
    /// The account that a text names, if the chart has it and a line can be posted to it.
    case account(Formula, withParty: Bool)
    /// The decimals of the currency that a text names.
    case decimals(ofCurrency: Formula)
    /// The day of a timestamp.
    case day(Formula, in: Zone)

    enum Arithmetic: String, Sendable {
        case add = "+"
        case subtract = "-"
        case multiply = "*"
    }

    enum Comparison: String, Sendable {
        case equal = "="
        case unequal = "<>"
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
    }

    enum TextChange: Sendable, Hashable {
        case upper, lower, trim
        case left(Int)
        case right(Int)
        case substring(from: Int, count: Int)
        case replace(ByteText, by: ByteText)
    }

    /// Where a number goes that lies half way between two others.
    enum Halves: String, Sendable {
        /// Away from zero.
        case up
        /// Towards zero.
        case down
        /// To the one whose last digit is even.
        case even
    }

    /// How many digits an amount has behind the point.
    enum Places: Sendable, Hashable {
        case fixed(Int)
        /// As many as a formula says, which is that of the row's currency.
        case of(Formula)
    }

    /// The time zone in which a timestamp becomes a day.
    enum Zone: Sendable, Hashable {
        case named(String)
        /// That of the setting `books_time_zone`.
        case books
    }

    /// The formulas it is made of, in the order written.
    var parts: [Formula] {
        switch self {
        case .literal, .column: []
        case .shared(let part), .negate(let part), .absolute(let part), .round(let part, _, _, _),
            .isNull(let part), .isIn(let part, _), .not(let part), .changeText(_, let part),
            .written(let part),
            .writtenDate(let part), .lookup(_, let part), .account(let part, _), .decimals(let part),
            .day(let part, _):
            [part]
        case .fromMinor(let part, let places), .divideExactly(let part, _, let places),
            .writtenAmount(let part, let places):
            [part] + places.parts
        case .arithmetic(_, let left, let right), .compare(_, let left, let right),
            .both(let left, let right),
            .either(let left, let right), .concatenate(let left, let right):
            [left, right]
        case .conditional(let condition, let then, let otherwise): [condition, then, otherwise]
        case .coalesce(let parts): parts
        }
    }

    /// The maps it looks something up in.
    var maps: [AccountMap] {
        let inner = parts.flatMap(\.maps)
        if case .lookup(let map, _) = self { return [map] + inner }
        return inner
    }

    /// Every column it mentions, once, in the order written.
    var columns: [ColumnReference] {
        if case .column(let reference) = self { return [reference] }
        var seen: [ColumnReference] = []
        for part in parts {
            for column in part.columns where !seen.contains(column) { seen.append(column) }
        }
        return seen
    }

    /// The time zones that its days are of.
    var zones: [Zone] {
        let inner = parts.flatMap(\.zones)
        if case .day(_, let zone) = self { return [zone] + inner }
        return inner
    }

    /// The column whose value it is, as it stands or as an amount of the smallest unit.
    var plainColumn: ColumnReference? {
        switch self {
        case .column(let column): column
        case .shared(let part), .fromMinor(let part, _): part.plainColumn
        default: nil
        }
    }
}

extension Formula.Places {
    var parts: [Formula] {
        switch self {
        case .fixed: []
        case .of(let formula): [formula]
        }
    }
}

/// A column of the row, or a field of the element that `for each` goes over.
struct ColumnReference: Sendable, Hashable {
    let name: String
    /// The names that lead from there into a JSON object.
    var inner: [String] = []
    let type: ColumnType
    /// The list whose element has the field; nil for a column of the row.
    let list: String?

    /// How a failure calls it.
    var path: String { path(to: inner.count) }

    /// How a failure calls the object that so many names of the path lead to.
    func path(to depth: Int) -> String {
        ([list, name].compactMap(\.self) + inner.prefix(depth)).joined(separator: ".")
    }
}

/// Which account each value leads to.
struct AccountMap: Sendable, Hashable {
    struct Entry: Sendable, Hashable {
        let key: ByteText
        let account: String
    }

    let name: String
    let entries: [Entry]
    /// The account of every other value.
    let otherwise: String?

    var accounts: [String] { entries.map(\.account) + (otherwise.map { [$0] } ?? []) }
}
