extension RuleCompiler {
    /// The number of a statement's failure, null if there is none; nil if it cannot fail.
    ///
    /// What the statement posts is added to the frame, if the guards hold.
    mutating func problem(of statement: Statement, in frame: inout Frame, guards: [String]) -> String? {
        switch statement {
        case .line(let line):
            return problem(of: line, in: &frame, guards: guards)
        case .assert(let condition, let message):
            let number = failures.number(.assertFailed(condition, message))
            let value = frame.values.expression(of: condition)
            let reason = reason(condition, "the asserted value", in: &frame)
            return "case when \(value) then null when (\(value)) is null then \(reason) else \(number) end"
        case .conditional(let condition, let then, let otherwise):
            let inside = frame.values.problem(of: condition, numbering: &failures)
            let value = frame.values.value(of: condition)
            let problems = (
                problem(of: then, in: &frame, guards: guards + ["(\(value)) is true"]),
                problem(of: otherwise, in: &frame, guards: guards + ["(\(value)) is not true"])
            )
            let chosen = "case when \(value) then \(problems.0 ?? "null") else \(problems.1 ?? "null") end"
            return ValueColumns.first([inside, problems.0 == nil && problems.1 == nil ? nil : chosen])
        case .forEach(let loop):
            return problem(of: loop, in: &frame, guards: guards)
        }
    }

    mutating func problem(of statements: [Statement], in frame: inout Frame, guards: [String]) -> String? {
        ValueColumns.first(statements.map { problem(of: $0, in: &frame, guards: guards) })
    }

    private mutating func problem(
        of loop: ForEachStatement,
        in row: inout Frame,
        guards: [String]
    ) -> String? {
        var element = Frame("field", of: "element", columns: loop.fields, in: row)
        let notAnObject = failures.number(.notAnObject(loop.list))
        let problem = ValueColumns.first([
            "case when pg_catalog.jsonb_typeof(field.element) <> 'object' then \(notAnObject) end",
            readProblem(loop.fields, in: element),
            self.problem(of: loop.body, in: &element, guards: []),
        ])
        var list = row.values.reference(loop.list)
        if !guards.isEmpty { list = "case when \(guards.joined(separator: " and ")) then \(list) end" }
        let base = StepQuery(
            "field",
            columns: [
                StepQuery.Column(name: "number", value: "list.number"),
                StepQuery.Column(name: "element", value: "list.value"),
            ],
            source: """
                from pg_catalog.jsonb_array_elements(\(list)) with ordinality as list (value, number)
                order by list.number
                """
        )
        let shown = shownValue(in: &element, ofList: loop.list.name)
        var elements = element.query(upon: base)
        elements.add([StepQuery.Column(name: "failure", value: "\(problem ?? "null")::bigint")])
        return row.addList(element.list(of: elements, showing: shown), showsValue: shown != nil)
    }

    private mutating func problem(
        of line: LineStatement,
        in frame: inout Frame,
        guards: [String]
    ) -> String? {
        let added = frame.add(line, places: rule.places, guards: guards)
        var problems = [
            required(line.amount, "the amount", in: &frame),
            required(line.account, "the account", in: &frame),
        ]
        if let party = line.party, let value = added.party {
            problems.append(required(party, "the party", in: &frame))
            let missing = failures.number(.missing("the party", party.columns.first))
            problems.append("case when \(value) = '' then \(missing) end")
        }
        problems += line.dimensions.map { frame.values.problem(of: $0.value, numbering: &failures) }
        let value = frame.values.value(of: line.amount)
        let places = frame.values.count(rule.places)
        let number = failures.number(
            .inexactAmount(line.amount, currency: rule.fixedCurrency),
            .hugeAmount(line.amount),
            .zeroAmount(line.amount)
        )
        problems.append(
            "case when \(added.amount) is null then case when pg_catalog.min_scale(\(value)) > \(places) "
                + "then \(number) when \(value) = 0 then \(number + 2) else \(number + 1) end end"
        )
        let problem = ValueColumns.first(problems)
        // The amount comes first: what is skipped may lack all else.
        return line.skipsZero
            ? problem.map { "case when (\(added.amount) = 0) is not true then \($0) end" } : problem
    }
}
