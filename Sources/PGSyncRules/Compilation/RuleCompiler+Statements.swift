extension RuleCompiler {
    mutating func branches(of statements: [Statement], at base: String, offset: Int) -> [String] {
        var number = offset
        return branches(of: statements, at: base, counting: &number, guards: [])
    }

    private mutating func branches(
        of statements: [Statement],
        at base: String,
        counting number: inout Int,
        guards: [String]
    ) -> [String] {
        var branches: [String] = []
        for statement in statements {
            number += 1
            let place = base.isEmpty ? place(number) : "\(base) + \(number)"
            switch statement {
            case .line(let line):
                branches.append(branch(line, at: place, guards))
            case .assert(let condition, let message):
                let failure = failures.add(.assertFailed(condition, message))
                let cases = required(condition, "the asserted value")
                let problem = "case\(cases) when not \(FormulaSQL(condition).text) then \(failure) end"
                branches.append(check(at: place, problem, guards))
            case .conditional(let condition, let then, let otherwise):
                let sql = FormulaSQL(condition)
                let cases = cases(sql.checks)
                if !cases.isEmpty { branches.append(check(at: place, "case\(cases) end", guards)) }
                let guards = (guards + ["(\(sql.text)) is true"], guards + ["(\(sql.text)) is not true"])
                branches += self.branches(of: then, at: base, counting: &number, guards: guards.0)
                branches += self.branches(of: otherwise, at: base, counting: &number, guards: guards.1)
            case .forEach(let loop):
                branches.append(branch(loop, at: place, guards))
            }
        }
        return branches
    }

    private mutating func branch(_ loop: ForEachStatement, at place: String, _ guards: [String]) -> String {
        let base = "\(place) + list.number * 4096"
        let notAnObject = failures.add(.notAnObject(loop.list))
        var problem = "case when pg_catalog.jsonb_typeof(list.value) <> 'object' then \(notAnObject) end"
        if let fields = readProblem(loop.fields, reading: "given_field") {
            problem = "coalesce(\(problem), \(fields))"
        }
        let inner = [check(at: base, problem)] + branches(of: loop.body, at: base, offset: 0)
        return """
            select part.*
            from pg_catalog.jsonb_array_elements(\(FormulaSQL.reference(loop.list)))
                with ordinality as list (value, number)
            cross join (select null::json as mark offset 0) as uncached
            cross join lateral (
                select
                    \(taken(loop.fields, from: "list.value"))
                where uncached.mark is null
                offset 0
            ) as given_field
            cross join lateral (
                select
                    \(parsed(loop.fields, reading: "given_field"))
                where uncached.mark is null
                offset 0
            ) as field
            cross join lateral (
            \(inner.joined(separator: "\nunion all\n"))
            ) as part\(filter(guards))
            """
    }

    private mutating func branch(_ line: LineStatement, at place: String, _ guards: [String]) -> String {
        let (amount, account) = (FormulaSQL(line.amount), FormulaSQL(line.account))
        var cases = required(line.amount, "the amount") + required(line.account, "the account")
        var party = "null"
        if let formula = line.party {
            party = FormulaSQL(formula).text
            let missing = failures.add(.missing("the party", formula.columns.first))
            cases += required(formula, "the party") + " when \(party) = '' then \(missing)"
        }
        for dimension in line.dimensions { cases += self.cases(FormulaSQL(dimension.value).checks) }
        let pairs = line.dimensions.map { "\(SQLText.literal($0.name)), \(FormulaSQL($0.value).text)" }
        let dimensions =
            pairs.isEmpty
            ? "'{}'::jsonb"
            : "pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(\(pairs.joined(separator: ", "))))"
        let checks = failures.add(
            .inexactAmount(line.amount, currency: rule.currency),
            .hugeAmount(line.amount),
            .zeroAmount(line.amount)
        )
        var guards = guards
        if line.skipsZero {
            let checks = amount.checks.map { " or (\($0.condition))" }.joined()
            guards.append("((\(amount.text)) is distinct from 0::numeric\(checks))")
        }
        return """
            select
                \(place)::bigint as place,
                \(cases.isEmpty ? "null" : "case\(cases) end")::integer as failure,
                (\(account.text))::text as account,
                \(line.side == .debit ? "" : "- ")(\(amount.text)) * \(FormulaSQL.power(rule.exponent)) as amount,
                \(checks) as checks,
                (\(party))::text as party,
                \(dimensions) as dimensions\(filter(guards))
            """
    }

    /// A branch that yields a row only if there is a problem.
    func check(at place: String, _ problem: String, _ guards: [String] = []) -> String {
        """
        select \(place)::bigint as place, \(problem)::integer as failure, null::text as account,
            null::numeric as amount, 0 as checks, null::text as party, null::jsonb as dimensions
        where \((guards + ["(\(problem)) is not null"]).joined(separator: " and "))
        """
    }

    private func filter(_ guards: [String]) -> String {
        guards.isEmpty ? "" : "\nwhere \(guards.joined(separator: " and "))"
    }

    // MARK: Failures

    mutating func cases(_ checks: [FormulaSQL.Check]) -> String {
        checks.map { " when \($0.condition) then \(failures.add($0.failure))" }.joined()
    }

    /// The failures of a formula that must have a value: those inside it, and that it is null.
    mutating func required(_ formula: Formula, _ what: String) -> String {
        let sql = FormulaSQL(formula)
        let inside = cases(sql.checks)
        if case .literal = formula { return inside }
        let columns = formula.columns
        var missing = "\(failures.add(.missing(what, columns.first)))"
        if columns.count > 1 {
            let nulls = columns.map { column in
                "when \(FormulaSQL.reference(column)) is null then \(failures.add(.missing(what, column)))"
            }
            missing = "case \(nulls.joined(separator: " ")) else \(missing) end"
        }
        return "\(inside) when (\(sql.text)) is null then \(missing)"
    }
}
