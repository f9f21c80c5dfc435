/// A checked expression: names are resolved and types agree.
indirect enum Formula: Sendable, Hashable {
    case literal(RuleValue?)
    case column(ColumnReference)
    case negate(Formula)
    case absolute(Formula)
    case arithmetic(Arithmetic, Formula, Formula)
    case divideExactly(Formula, by: UInt32, places: Int)
    case roundHalfUp(Formula, dividedBy: UInt32, places: Int)
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
    case lookup(AccountMap, Formula)

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

    enum TextChange: String, Sendable {
        case upper, lower, trim
    }

    /// The formulas it is made of, in the order written.
    var parts: [Formula] {
        switch self {
        case .literal, .column: []
        case .negate(let part), .absolute(let part), .divideExactly(let part, _, _),
            .roundHalfUp(let part, _, _), .isNull(let part), .isIn(let part, _), .not(let part),
            .changeText(_, let part), .written(let part), .lookup(_, let part):
            [part]
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
}

/// A column of the row, or a field of the element that `for each` goes over.
struct ColumnReference: Sendable, Hashable {
    let name: String
    let type: ColumnType
    /// The list whose element has the field; nil for a column of the row.
    let list: String?

    /// How a failure calls it.
    var path: String { list.map { "\($0).\(name)" } ?? name }
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
