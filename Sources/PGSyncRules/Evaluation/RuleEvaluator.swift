package import Days
package import JSON

/// Applies a rule to one row: the referee for the SQL the compiler writes.
///
/// The columns of `when` are read first. If it is true, all other columns are read, in the order the rule mentions
/// them; then come the date, the description and the statements, in the order written. The first failure ends it.
package struct RuleEvaluator: Sendable {
    private let rule: Rule
    private let context: RuleContext

    /// The context says which accounts, currencies and time zones there are, for rules that leave these to the row.
    package init(_ rule: Rule, in context: RuleContext = RuleContext(chart: Chart([]))) {
        self.rule = rule
        self.context = context
    }

    /// What the rule makes of a row image, an object of column values.
    package func evaluate(_ row: JSONValue) -> RuleOutcome {
        do {
            return try entry(for: row).map(RuleOutcome.entry) ?? .nothing
        } catch {
            return .failure(error)
        }
    }

    /// The date of the row's entry, if it can be read, whatever else is wrong with the row.
    package func date(of row: JSONValue) -> Day? {
        var environment = Environment(context)
        do {
            try read(rule.date.columns, of: row, into: &environment)
            if case .date(let date)? = try environment.value(of: rule.date) { return date }
        } catch { return nil }
        return nil
    }

    /// The row's entry even if it does not balance; nil if anything else fails.
    func draft(of row: JSONValue) -> RuleEntry? {
        (try? unbalancedEntry(for: row)) ?? nil
    }

    private func entry(for row: JSONValue) throws(RuleFailure) -> RuleEntry? {
        guard let entry = try unbalancedEntry(for: row) else { return nil }
        guard entry.lines.reduce(Int128(0), { $0 + Int128($1.amount) }) == 0 else { throw .unbalanced }
        guard !entry.lines.isEmpty else { return nil }
        if let excess = RuleFailure.excess(of: entry) { throw excess }
        return entry
    }

    private func unbalancedEntry(for row: JSONValue) throws(RuleFailure) -> RuleEntry? {
        var environment = Environment(context)
        try read(rule.conditionColumns, of: row, into: &environment)
        if let condition = rule.condition, try environment.boolean(condition) != true { return nil }
        try read(rule.otherColumns, of: row, into: &environment)

        guard case .date(let date) = try environment.required(rule.date, "the date") else { return nil }
        let currency = try environment.required(rule.currency, "the currency").written
        let places = try environment.count(of: rule.places) ?? 0
        let description = try environment.required(rule.description, "the description").written
        var lines: [RuleEntry.Line] = []
        for statement in rule.statements {
            try run(statement, of: row, in: environment, places: places, adding: &lines)
        }
        return RuleEntry(date: date, currency: currency, description: description, lines: lines)
    }

    private func read(
        _ columns: [ColumnReference],
        of row: JSONValue,
        into environment: inout Environment
    ) throws(RuleFailure) {
        for column in columns {
            if case .list = column.type {
                guard try RowReader.elements(row[column.name], as: column) != nil else {
                    throw .missing("the list", column)
                }
            } else {
                environment[column] = try RowReader.read(column, of: row)
            }
        }
    }

    private func run(
        _ statement: Statement,
        of row: JSONValue,
        in environment: Environment,
        places: Int,
        adding lines: inout [RuleEntry.Line]
    ) throws(RuleFailure) {
        switch statement {
        case .line(let line):
            if let line = try evaluate(line, in: environment, places: places) { lines.append(line) }
        case .forEach(let loop):
            for element in try RowReader.elements(row[loop.list.name], as: loop.list) ?? [] {
                guard element.object != nil else { throw .notAnObject(loop.list) }
                var inner = environment
                try read(loop.fields, of: element, into: &inner)
                for statement in loop.body {
                    try run(statement, of: row, in: inner, places: places, adding: &lines)
                }
            }
        case .conditional(let condition, let then, let otherwise):
            for statement in try environment.boolean(condition) == true ? then : otherwise {
                try run(statement, of: row, in: environment, places: places, adding: &lines)
            }
        case .assert(let condition, let message):
            guard try environment.required(condition, "the asserted value") == .boolean(true) else {
                throw .assertFailed(condition, message)
            }
        }
    }

    /// The amount comes first, so that a line skipped for zero demands nothing else.
    private func evaluate(
        _ line: LineStatement,
        in environment: Environment,
        places: Int
    ) throws(RuleFailure) -> RuleEntry.Line? {
        guard case .number(let amount) = try environment.required(line.amount, "the amount") else {
            return nil
        }
        if line.skipsZero, amount.isZero { return nil }
        let account = try environment.required(line.account, "the account").written
        var party: String?
        if let formula = line.party {
            let written = try environment.required(formula, "the party").written
            guard !written.isEmpty else { throw .missing("the party", formula.columns.first) }
            party = written
        }
        var dimensions: [String: String] = [:]
        for dimension in line.dimensions {
            dimensions[dimension.name] = try environment.value(of: dimension.value)?.written
        }
        let units = try minorUnits(of: amount, line.amount, places: places)
        return RuleEntry.Line(
            account: account,
            amount: line.side == .debit ? units : -units,
            party: party,
            dimensions: dimensions
        )
    }

    private func minorUnits(
        of amount: Decimal,
        _ formula: Formula,
        places: Int
    ) throws(RuleFailure) -> Int64 {
        guard amount.scale <= places else { throw .inexactAmount(formula, currency: rule.fixedCurrency) }
        guard let units = amount.units(places: places), units.magnitude <= NumberLimits.minorUnits else {
            throw .hugeAmount(formula)
        }
        guard units != 0 else { throw .zeroAmount(formula) }
        return units
    }
}
