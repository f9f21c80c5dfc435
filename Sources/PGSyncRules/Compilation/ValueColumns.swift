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
    private var unitNames: [Formula: String] = [:]

    init(of query: String, columns: [ColumnReference: String]) {
        self.query = query
        self.columns = columns
    }

    func reference(_ column: ColumnReference) -> String { columns[column] ?? "null" }

    /// Mentions the value of a formula, which is made a column unless it is one or a literal.
    mutating func value(of formula: Formula) -> String {
        if formula.isSimple { return text(formula) }
        if let name = names[formula] { return name }
        let text = expression(of: formula)
        names[formula] = add("value_\(names.count + 1)", text, at: step(of: formula))
        return names[formula] ?? text
    }

    /// Mentions an amount in minor units, null if there is no such count.
    mutating func units(of amount: Formula, places: Int) -> String {
        if let name = unitNames[amount] { return name }
        let value = value(of: amount)
        let limit = Decimal("\(NumberLimits.minorUnits)e-\(places)") ?? .zero
        let text =
            "case when pg_catalog.abs(\(value)) <= \(limit)::numeric and pg_catalog.min_scale(\(value)) <= \(places) "
            + "then (\(value) * \(Self.power(places)))::bigint end"
        unitNames[amount] = add(
            "units_\(unitNames.count + 1)",
            text,
            at: amount.isSimple ? 0 : step(of: amount) + 1
        )
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
        let repeated = formula.repeatedParts
        return formula.parts.map { part in
            step(of: part) + (!part.isSimple && repeated.contains(part) ? 1 : 0)
        }.max() ?? 0
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

    /// The first that is not null.
    static func first(_ problems: [String?]) -> String? {
        let problems = problems.compactMap(\.self)
        return problems.count > 1 ? "coalesce(\(problems.joined(separator: ", ")))" : problems.first
    }
}
