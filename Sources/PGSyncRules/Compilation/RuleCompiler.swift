/// Writes the SQL function of a rule: one query without a setting, which the planner puts into the caller's.
///
/// For each row image it yields one row with the lines of the entry as arrays, or with an error, or nothing; it never
/// raises an error. The query reads each column once, then calculates each value once, in steps one upon the other.
/// Only then it looks for failures, in the order the interpreter would meet them, by values that are null.
///
/// Images hardly ever repeat, so a cache of results by image (a Memoize node) would only cost. As json cannot be
/// compared, a mention of the json called `mark` keeps the planner from making one.
package struct RuleCompiler {
    let rule: Rule
    private let schema: String
    var failures = FailureTable()

    /// The name of the function, such as `pgsync.rule_pharmacy_bill_v1`.
    package static func functionName(of rule: Rule) -> String { "pgsync.\(bareName(of: rule))" }

    /// The statements that create the function, or recreate it, and describe it.
    ///
    /// Names are bound when they are run, so the search path must hold nothing before `pg_catalog`. In the schema
    /// `pg_temp` the function is for the session alone.
    package static func compile(_ rule: Rule, schema: String = "pgsync") -> String {
        var compiler = RuleCompiler(rule: rule, schema: schema)
        return compiler.compile()
    }

    /// The same without the schema.
    package static func bareName(of rule: Rule) -> String { "rule_\(rule.name)_v\(rule.version)" }

    private init(rule: Rule, schema: String) {
        self.rule = rule
        self.schema = schema
    }

    private mutating func compile() -> String {
        var row = Frame("source", of: "image", columns: rule.conditionColumns + rule.otherColumns)
        let problem = problem(of: &row)
        let description = row.values.value(of: rule.description)
        let date = entryDate(in: &row)
        let currency = currency(in: &row)
        let message = message(in: &row)
        // An empty path yields the image itself, decompressed once and for all.
        let path = "\(Self.bareName(of: rule)).image #> array[]::text[]"
        let image = StepQuery.Column(name: "image", value: path)
        var query = row.query(
            upon: StepQuery("source", columns: [image], source: "where uncached.mark is null")
        )
        query.add([
            StepQuery.Column(name: "failure", value: "\(problem)::integer"),
            StepQuery.Column(name: "entry_date", value: date),
        ])
        let name = "\(schema).\(Self.bareName(of: rule))"
        let select = """
            select
                \(failures.array { $0.kind.rawValue })[source.failure] as error_class,
                \(message) as error_message,
                \(failures.array(\.column))[source.failure] as error_column,
                source.entry_date,
                \(unlessFailed(currency)) as currency,
                \(unlessFailed(description)) as description,
                \(unlessFailed(row.accounts)) as accounts,
                \(unlessFailed(row.amounts)) as amounts,
                \(unlessFailed(row.parties)) as parties,
                \(unlessFailed(row.dimensions)) as dimensions
            """
        let condition = row.isPosting.map { "\nwhere source.failure is not null or \($0)" } ?? ""
        return """
            create or replace function \(name)(image jsonb)
            returns table (
                error_class text,
                error_message text,
                error_column text,
                entry_date date,
                currency text,
                description text,
                accounts text[],
                amounts bigint[],
                parties text[],
                dimensions jsonb[]
            )
            language sql
            stable
            parallel safe
            begin atomic
            \(select)
            from (select null::json as mark offset 0) as uncached
            cross join lateral (
                \(query.text(for: select + condition).indented(by: 4))
            ) as source\(condition);
            end;

            comment on function \(name)(jsonb)
            is \(SQLText.literal("The entry that rule \(rule.name) version \(rule.version) posts for a row of \(rule.table)."));

            """
    }

    private func currency(in row: inout Frame) -> String {
        rule.fixedCurrency.map(SQLText.literal) ?? row.values.value(of: rule.currency)
    }

    /// The message of the row's failure, with the value it shows.
    private func message(in row: inout Frame) -> String {
        let message = "\(failures.array(\.message))[source.failure]"
        let own = shownValue(in: &row, ofList: nil)
        let values = [own].compactMap(\.self) + row.showingLists.map { "source.shown_\($0)" }
        guard !values.isEmpty else { return message }
        let numbers = failures.shown.keys.sorted().map(String.init).joined(separator: ", ")
        let value =
            "pg_catalog.\"left\"(coalesce(\(values.joined(separator: ", "))), \(RuleFailure.shownLength))"
        return "case when source.failure in (\(numbers)) "
            + "then pg_catalog.replace(\(message), '\(FailureTable.mark)', \(value)) else \(message) end"
    }

    /// What the failures of a row or of the elements of a list show, nil if they show nothing.
    func shownValue(in frame: inout Frame, ofList list: String?) -> String? {
        let cases = failures.shown.sorted { $0.key < $1.key }.compactMap { number, formula -> String? in
            guard formula.columns.contains(where: { $0.list != nil }) == (list != nil),
                list == nil || formula.columns.contains(where: { $0.list == list })
            else { return nil }
            return "when \(number) then \(frame.values.value(of: formula))"
        }
        guard !cases.isEmpty else { return nil }
        return "case \(frame.name).failure \(cases.joined(separator: " ")) end"
    }

    private func unlessFailed(_ value: String) -> String {
        "case when source.failure is null then \(value) end"
    }

    // MARK: The row

    /// The number of the first failure of a row, null if there is none; the filter is set on the way.
    private mutating func problem(of row: inout Frame) -> String {
        var problems = [readProblem(rule.conditionColumns, in: row)]
        if let condition = rule.condition {
            problems.append(row.values.problem(of: condition, numbering: &failures))
            let isTrue = row.values.expression(of: condition)
            let isFailing = problems.compactMap(\.self).map { " or (\($0)) is not null" }.joined()
            row.filter = (row.values.step(of: condition), "(\(isTrue))\(isFailing)")
        }
        problems.append(readProblem(rule.otherColumns, in: row))
        problems.append(required(rule.date, "the date", in: &row))
        problems.append(required(rule.currency, "the currency", in: &row))
        for decimals in rule.places.parts {
            problems.append(row.values.problem(of: decimals, numbering: &failures))
        }
        problems.append(required(rule.description, "the description", in: &row))
        problems.append(self.problem(of: rule.statements, in: &row, guards: []))
        if let isUnbalanced = row.isUnbalanced {
            problems.append("case when \(isUnbalanced) then \(failures.number(.unbalanced)) end")
        }
        return ValueColumns.first(problems) ?? "null"
    }

    /// The date of the entry, if it can be read, whatever else fails.
    private mutating func entryDate(in row: inout Frame) -> String {
        let value = row.values.value(of: rule.date)
        if case .column = rule.date { return value }
        guard let problem = readProblem(rule.date.columns, in: row) else { return value }
        return "case when (\(problem)) is null then \(value) end"
    }

    // MARK: Columns

    /// The number of the first column that holds what it should not; null when all is well, nil without columns.
    mutating func readProblem(_ columns: [ColumnReference], in frame: Frame) -> String? {
        guard !columns.isEmpty else { return nil }
        let cases = columns.map { column in
            let given = frame.given(column)
            let isNull = "\(frame.values.reference(column)) is null"
            let outer = column.inner.indices.map { depth in
                "when pg_catalog.jsonb_typeof\(frame.object(of: column, depth: depth)) not in ('object', 'null') "
                    + "then \(failures.number(.notAnObject(column, depth: depth))) "
            }.joined()
            switch column.type {
            case .list:
                let isGiven = "pg_catalog.jsonb_typeof(\(given)) <> 'null'"
                let first = failures.number(.unreadable(column, .type), .missing("the list", column))
                return "when \(isNull) then case when \(isGiven) then \(first) else \(first + 1) end"
            case .object: return ""
            case .integer, .number, .money, .minorMoney:
                let first = failures.number(
                    .unreadable(column, .type),
                    .unreadable(column, .range),
                    .unreadable(column, .precision)
                )
                return "\(outer)when \(isNull) and pg_catalog.jsonb_typeof(\(given)) <> 'null' "
                    + "then \(first) + pgsync.rule_number_problem(\(given))"
            case .boolean:
                return "\(outer)when \(isNull) and pg_catalog.jsonb_typeof(\(given)) <> 'null' "
                    + "then \(failures.number(.unreadable(column, .type)))"
            case .text, .date, .timestamp:
                let kind: RuleFailure.Kind = column.type == .text ? .type : .date
                return
                    "\(outer)when \(isNull) and \(given) is not null then \(failures.number(.unreadable(column, kind)))"
            }
        }
        return "case \(cases.joined(separator: " ")) end"
    }

    /// The failure of a formula that must have a value: one inside it, or that it is null.
    mutating func required(_ formula: Formula, _ what: String, in frame: inout Frame) -> String? {
        if case .literal(_?) = formula { return nil }
        let value = frame.values.value(of: formula)
        return "case when (\(value)) is null then \(reason(formula, what, in: &frame)) end"
    }

    /// Why a formula is null.
    mutating func reason(_ formula: Formula, _ what: String, in frame: inout Frame) -> String {
        let columns = formula.columns
        var missing = "\(failures.number(.missing(what, columns.first)))"
        if columns.count > 1 {
            let nulls = columns.map { column in
                "when \(frame.values.reference(column)) is null then \(failures.number(.missing(what, column)))"
            }
            missing = "case \(nulls.joined(separator: " ")) else \(missing) end"
        }
        return ValueColumns.first([frame.values.problem(of: formula, numbering: &failures), missing])
            ?? missing
    }
}
