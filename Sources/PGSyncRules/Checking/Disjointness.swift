/// Proves that two conditions are never true of the same row, in the simple cases.
struct Disjointness {
    /// What must hold of one column; each but `isNull` also says that it is not null.
    private enum Fact {
        case oneOf([RuleValue])
        case noneOf([RuleValue])
        case bound(Formula.Comparison, RuleValue)
        case isNull
        case isNotNull
    }

    private typealias Conjunction = [(column: ColumnReference, fact: Fact)]

    private static let limit = 64

    /// The ways to make the condition true; nil when there is none to speak of, or too many.
    private let ways: [Conjunction]?

    init(_ condition: Formula?) {
        ways = condition.flatMap { Self.ways($0, holds: true) }
    }

    /// Whether every way to make one true contradicts every way to make the other true.
    func isProven(against other: Disjointness) -> Bool {
        guard let ways, let others = other.ways else { return false }
        return ways.allSatisfy { way in others.allSatisfy { other in Self.contradict(way, other) } }
    }

    private static func contradict(_ left: Conjunction, _ right: Conjunction) -> Bool {
        left.contains { a in right.contains { b in a.column == b.column && contradict(a.fact, b.fact) } }
    }

    private static func contradict(_ left: Fact, _ right: Fact) -> Bool {
        switch (left, right) {
        case (.isNull, .isNull): false
        case (.isNull, _), (_, .isNull): true
        case (.oneOf(let values), .oneOf(let others)): !values.contains(where: others.contains)
        case (.oneOf(let values), .noneOf(let others)), (.noneOf(let others), .oneOf(let values)):
            values.allSatisfy(others.contains)
        case (.oneOf(let values), .bound(let comparison, let bound)),
            (.bound(let comparison, let bound), .oneOf(let values)):
            !values.contains { holds(comparison, $0, bound) }
        case (.bound(let one, let low), .bound(let other, let high)):
            contradict(one, low, other, high) || contradict(other, high, one, low)
        case (.isNotNull, _), (_, .isNotNull), (.noneOf, _), (_, .noneOf): false
        }
    }

    /// Whether a lower bound lies above an upper one.
    private static func contradict(
        _ lower: Formula.Comparison,
        _ low: RuleValue,
        _ upper: Formula.Comparison,
        _ high: RuleValue
    ) -> Bool {
        guard lower == .greater || lower == .greaterOrEqual, upper == .less || upper == .lessOrEqual else {
            return false
        }
        let isStrict = lower == .greater || upper == .less
        return holds(isStrict ? .greaterOrEqual : .greater, low, high)
    }

    private static func holds(_ comparison: Formula.Comparison, _ left: RuleValue, _ right: RuleValue) -> Bool
    {
        let formula = Formula.compare(comparison, .literal(left), .literal(right))
        return (try? Environment().boolean(formula)) == true
    }

    /// The ways to make a formula true or false, each a list of facts that must all hold.
    ///
    /// Nil when there are too many. What is not understood is left out, which makes a way look wider than it is.
    private static func ways(_ formula: Formula, holds: Bool) -> [Conjunction]? {
        switch formula {
        case .not(let part): return ways(part, holds: !holds)
        case .both(let left, let right): return join(left, right, holds: holds, isProduct: holds)
        case .either(let left, let right): return join(left, right, holds: holds, isProduct: !holds)
        case .shared(let part): return ways(part, holds: holds)
        case .column(let column): return [[(column, .oneOf([.boolean(holds)]))]]
        case .literal(.boolean(let value)?): return value == holds ? [[]] : []
        case .isNull(let part):
            guard let column = part.plainColumn else { return [[]] }
            return [[(column, holds ? .isNull : .isNotNull)]]
        case .isIn(let part, let values):
            guard let column = part.plainColumn else { return [[]] }
            return [[(column, holds ? .oneOf(values) : .noneOf(values))]]
        case .compare(let comparison, let part, .literal(let value?)):
            guard let column = part.plainColumn else { return [[]] }
            return [[(column, fact(holds ? comparison : comparison.negated, value))]]
        case .compare(let comparison, .literal(let value?), let part):
            guard let column = part.plainColumn else { return [[]] }
            return [[(column, fact(holds ? comparison.mirrored : comparison.mirrored.negated, value))]]
        default: return [[]]
        }
    }

    private static func fact(_ comparison: Formula.Comparison, _ value: RuleValue) -> Fact {
        switch comparison {
        case .equal: .oneOf([value])
        case .unequal: .noneOf([value])
        case .less, .lessOrEqual, .greater, .greaterOrEqual: .bound(comparison, value)
        }
    }

    private static func join(
        _ left: Formula,
        _ right: Formula,
        holds: Bool,
        isProduct: Bool
    ) -> [Conjunction]? {
        guard let ways = ways(left, holds: holds), let others = Self.ways(right, holds: holds) else {
            return nil
        }
        guard isProduct else { return ways.count + others.count <= limit ? ways + others : nil }
        guard ways.count * others.count <= limit else { return nil }
        return ways.flatMap { way in others.map { way + $0 } }
    }
}

extension Formula.Comparison {
    fileprivate var negated: Self {
        switch self {
        case .equal: .unequal
        case .unequal: .equal
        case .less: .greaterOrEqual
        case .lessOrEqual: .greater
        case .greater: .lessOrEqual
        case .greaterOrEqual: .less
        }
    }

    fileprivate var mirrored: Self {
        switch self {
        case .equal, .unequal: self
        case .less: .greater
        case .lessOrEqual: .greaterOrEqual
        case .greater: .less
        case .greaterOrEqual: .lessOrEqual
        }
    }
}
