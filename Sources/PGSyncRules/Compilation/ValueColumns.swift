/// The values of formulas as columns of a query of steps.
///
/// A value never raises an error, and is null where its formula fails. A formula that is mentioned twice is one column.
struct ValueColumns {
    /// The columns to add, step by step: each mentions only what stands in the steps before.
    private(set) var steps: [[StepQuery.Column]] = []
    private let query: String
    /// How each column of the row and field of the element is called.
    let columns: [ColumnReference: String]
    private var names: [Formula: String] = [:]
    /// The formulas that have their names from an outer query.
    private let inherited: Set<Formula>
    private var unitNames: [Formula: String] = [:]

    /// What an outer query has found out about currencies is taken as it is.
    init(of query: String, columns: [ColumnReference: String], in outer: ValueColumns? = nil) {
        self.query = query
        self.columns = columns
        for (formula, name) in outer?.names ?? [:] {
            if case .decimals = formula { names[formula] = name }
        }
        inherited = Set(names.keys)
    }

    func reference(_ column: ColumnReference) -> String { columns[column] ?? "null" }

    /// Mentions the value of a formula, which is made a column unless it is one or a literal.
    mutating func value(of formula: Formula) -> String {
        if formula.isSimple { return text(formula) }
        if case .shared(let part) = formula { return value(of: part) }
        if let name = names[formula] { return name }
        let text = expression(of: formula)
        names[formula] = add("value_\(names.count - inherited.count + 1)", text, at: step(of: formula))
        return names[formula] ?? text
    }

    /// Mentions an amount in minor units, null if there is no such count.
    mutating func units(of amount: Formula, places: Formula.Places) -> String {
        if let name = unitNames[amount] { return name }
        let value = value(of: amount)
        let limit =
            switch places {
            case .fixed(let count): "\(Decimal("\(NumberLimits.minorUnits)e-\(count)") ?? .zero)::numeric"
            case .of: "\(NumberLimits.minorUnits) / \(power(places))"
            }
        let text =
            "case when pg_catalog.abs(\(value)) <= \(limit) and pg_catalog.min_scale(\(value)) <= \(count(places)) "
            + "then (\(value) * \(power(places)))::bigint end"
        let steps = ([amount] + places.parts).map { stepBehind($0) }
        unitNames[amount] = add("units_\(unitNames.count + 1)", text, at: steps.max() ?? 0)
        return unitNames[amount] ?? text
    }

    private mutating func add(_ name: String, _ text: String, at step: Int) -> String {
        while steps.count <= step { steps.append([]) }
        steps[step].append(StepQuery.Column(name: name, value: text))
        return "\(query).\(name)"
    }

    /// The value of a formula where it is needed only once, at its step or a later one.
    mutating func expression(of formula: Formula) -> String {
        guard formula.hidesFailure else { return text(formula) }
        var failures = FailureTable()
        return
            "case when (\(problem(of: formula, numbering: &failures) ?? "null")) is null then \(text(formula)) end"
    }

    /// The first step where all columns are there that a formula mentions, counted from 0.
    func step(of formula: Formula) -> Int {
        if inherited.contains(formula) { return 0 }
        let repeated = formula.repeatedParts
        return formula.parts.map { part in repeated.contains(part) ? stepBehind(part) : step(of: part) }.max()
            ?? 0
    }

    /// The first step where the value of a formula is there as a column.
    private func stepBehind(_ formula: Formula) -> Int {
        if formula.isSimple || inherited.contains(formula) { return 0 }
        if case .shared(let part) = formula { return stepBehind(part) }
        return step(of: formula) + 1
    }

    /// The number of the failure inside a formula, null if there is none; nil if it cannot fail.
    mutating func problem(of formula: Formula, numbering failures: inout FailureTable) -> String? {
        guard formula.canFail else { return nil }
        switch formula {
        case .conditional(let condition, let then, let otherwise):
            let inside = problem(of: condition, numbering: &failures)
            let branches = [then, otherwise].map { problem(of: $0, numbering: &failures) ?? "null" }
            guard then.canFail || otherwise.canFail else { return inside }
            let chosen = "case when \(value(of: condition)) then \(branches[0]) else \(branches[1]) end"
            return Self.first([inside, chosen])
        case .coalesce(let parts):
            var rest: String?
            for part in parts.reversed() {
                let inside = problem(of: part, numbering: &failures)
                rest = rest.map { "case when (\(value(of: part))) is null then \($0) end" }
                rest = Self.first([inside, rest])
            }
            return rest
        case .divideExactly(let part, let divisor, let places):
            let number = failures.number(.inexactDivision(part, by: divisor))
            let inside = problem(of: part, numbering: &failures)
            let isExact = exactQuotient(part, by: divisor, places: places).isExact
            return Self.first([inside, "case when not \(isExact) then \(number) end"])
        case .account(let part, let hasParty):
            let failure = RuleFailure.noAccount(part, FailureTable.mark, withParty: hasParty)
            return unknown(formula, part, failures.number(failure, showing: part), &failures)
        case .decimals(let part):
            let failure = RuleFailure.noCurrency(part, FailureTable.mark)
            return unknown(formula, part, failures.number(failure, showing: part), &failures)
        case .lookup(let map, let part) where map.otherwise == nil:
            let number = failures.number(.unknownMode(map, part))
            let key = value(of: part)
            let inside = problem(of: part, numbering: &failures)
            let missing = "(\(key)) is not null and (\(lookup(map, key))) is null"
            return Self.first([inside, "case when \(missing) then \(number) end"])
        default:
            return Self.first(formula.parts.map { problem(of: $0, numbering: &failures) })
        }
    }

    /// The number of the failure that a part has a value which leads to none.
    private mutating func unknown(
        _ formula: Formula,
        _ part: Formula,
        _ number: Int,
        _ failures: inout FailureTable
    ) -> String? {
        let (key, found) = (value(of: part), value(of: formula))
        let inside = problem(of: part, numbering: &failures)
        return Self.first([
            inside, "case when (\(key)) is not null and (\(found)) is null then \(number) end",
        ])
    }

    /// The first that is not null.
    static func first(_ problems: [String?]) -> String? {
        let problems = problems.compactMap(\.self)
        return problems.count > 1 ? "coalesce(\(problems.joined(separator: ", ")))" : problems.first
    }
}
