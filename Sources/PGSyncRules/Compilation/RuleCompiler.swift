/// Writes the SQL function of a rule: one query without a setting, which the planner puts into the caller's.
///
/// For each row image it yields one row per line, or one row with an error, or nothing; it never raises an error.
/// Every statement of the rule is one branch of a `union all`, with its place in the order written. A branch reports
/// its failure by number, and the first in that order wins.
///
/// Images hardly ever repeat, so a cache of results by image (a Memoize node) would only cost. As json cannot be
/// compared, a mention of the json called `mark` keeps the planner from making one.
package struct RuleCompiler {
    let rule: Rule
    private let schema: String
    var failures = FailureTable()

    /// The name of the function, such as `pgsync.rule_pharmacy_bill_v1`.
    package static func functionName(of rule: Rule) -> String { "pgsync.\(bareName(of: rule))" }

    /// The statements that create the function and describe it.
    ///
    /// Names are bound when they are run, so the search path must hold nothing before `pg_catalog`.
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
        let conditionProblem = readProblem(rule.conditionColumns, reading: "given")
        let branches =
            headBranches(conditionProblem) + branches(of: rule.statements, at: "", offset: Self.head)
        let unbalanced = failures.add(.unbalanced)
        let name = "\(schema).\(Self.bareName(of: rule))"
        let columns = rule.conditionColumns + rule.otherColumns
        return """
            create or replace function \(name)(image jsonb)
            returns table (
                line integer,
                error_class text,
                error_message text,
                error_column text,
                entry_date date,
                currency text,
                description text,
                account text,
                amount bigint,
                party text,
                dimensions jsonb
            )
            language sql
            stable
            parallel safe
            begin atomic
            select
                case when outcome.failure is null then outcome.line::integer end as line,
                \(failures.array { $0.kind.rawValue })[outcome.failure] as error_class,
                \(failures.array(\.message))[outcome.failure] as error_message,
                \(failures.array(\.column))[outcome.failure] as error_column,
                case when outcome.failure is null then \(FormulaSQL(rule.date).text) end as entry_date,
                case when outcome.failure is null then \(SQLText.literal(rule.currency)) end as currency,
                case when outcome.failure is null then \(FormulaSQL(rule.description).text) end as description,
                case when outcome.failure is null then outcome.account end as account,
                case when outcome.failure is null then outcome.amount::bigint end as amount,
                case when outcome.failure is null then outcome.party end as party,
                case when outcome.failure is null then outcome.dimensions end as dimensions
            from (select null::json as mark offset 0) as uncached
            cross join lateral (
                select
                    \(taken(columns, from: "\(Self.bareName(of: rule)).image"))
                where uncached.mark is null
                offset 0
            ) as given
            cross join lateral (
                select
                    \(parsed(columns, reading: "given"))
                where uncached.mark is null
                offset 0
            ) as source
            cross join lateral (
                select
                    entry.line,
                    case
                        when entry.first_failure is not null then entry.failure
                        when entry.total <> 0 then \(unbalanced)
                    end as failure,
                    entry.account,
                    entry.amount,
                    entry.party,
                    entry.dimensions
                from (
                    select
                        pg_catalog.row_number() over in_order as line,
                        checked.place,
                        checked.failure,
                        checked.account,
                        checked.amount,
                        checked.party,
                        checked.dimensions,
                        pg_catalog.min(checked.place) filter (where checked.failure is not null)
                            over in_order as first_failure,
                        pg_catalog.sum(checked.amount) over in_order as total
                    from (
                        select
                            statement.place,
                            coalesce(
                                statement.failure,
                                case
                                    when statement.amount <> pg_catalog.trunc(statement.amount) then statement.checks
                                    when pg_catalog.abs(statement.amount) > 9223372036854775807::numeric
                                        then statement.checks + 1
                                    when statement.amount = 0::numeric then statement.checks + 2
                                end
                            ) as failure,
                            statement.account,
                            statement.amount,
                            statement.party,
                            statement.dimensions
                        from (
                            \(branches.joined(separator: "\nunion all\n").indented(by: 16))
                        ) as statement
                        where uncached.mark is null
                    ) as checked
                    window in_order as (
                        order by checked.place
                        rows between unbounded preceding and unbounded following
                    )
                ) as entry
                where case
                    when entry.first_failure is not null then entry.place = entry.first_failure
                    when entry.total <> 0 then entry.line = 1
                    else true
                end
            ) as outcome\(filter(conditionProblem));
            end;

            comment on function \(name)(jsonb)
            is \(SQLText.literal("The lines that rule \(rule.name) version \(rule.version) posts for a row of \(rule.table)."));

            """
    }

    private func filter(_ problem: String?) -> String {
        guard let condition = rule.condition else { return "" }
        let checks = FormulaSQL(condition).checks.map { " or (\($0.condition))" }.joined()
        return
            "\nwhere \(FormulaSQL(condition).text)\(problem.map { " or (\($0)) is not null" } ?? "")\(checks)"
    }

    // MARK: Columns

    /// Each column is looked up once, and parsed once in the next step; `offset 0` keeps the two apart.
    func taken(_ columns: [ColumnReference], from object: String) -> String {
        columns.isEmpty
            ? "true as nothing"
            : columns.map { "\(object) -> \(SQLText.literal($0.name)) as \(SQLText.identifier($0.name))" }
                .joined(separator: ",\n        ")
    }

    func parsed(_ columns: [ColumnReference], reading object: String) -> String {
        columns.isEmpty
            ? "true as nothing"
            : columns.map { "\(parsed($0, reading: object)) as \(SQLText.identifier($0.name))" }
                .joined(separator: ",\n        ")
    }

    private func parsed(_ column: ColumnReference, reading object: String) -> String {
        let value = "\(object).\(SQLText.identifier(column.name))"
        return switch column.type {
        case .text: "pgsync.rule_text(\(value))"
        case .integer:
            "case when pg_catalog.min_scale(pgsync.rule_number(\(value))) = 0 then pgsync.rule_number(\(value)) end"
        case .number, .money: "pgsync.rule_number(\(value))"
        case .boolean: "pgsync.rule_boolean(\(value))"
        case .date: "pgsync.rule_date(\(value))"
        case .list: "case when pg_catalog.jsonb_typeof(\(value)) = 'array' then \(value) end"
        }
    }

    /// The number of the first column that holds what it should not; null when all is well, nil without columns.
    mutating func readProblem(_ columns: [ColumnReference], reading object: String) -> String? {
        guard !columns.isEmpty else { return nil }
        let cases = columns.map { column in
            let value = "\(object).\(SQLText.identifier(column.name))"
            let isGiven = "pg_catalog.jsonb_typeof(\(value)) <> 'null'"
            let isNull = "\(FormulaSQL.reference(column)) is null"
            switch column.type {
            case .list:
                let first = failures.add(.unreadable(column, .type), .missing("the list", column))
                return "when \(isNull) then case when \(isGiven) then \(first) else \(first + 1) end"
            case .integer, .number, .money:
                let first = failures.add(
                    .unreadable(column, .type),
                    .unreadable(column, .range),
                    .unreadable(column, .precision)
                )
                return "when \(isNull) and \(isGiven) then \(first) + pgsync.rule_number_problem(\(value))"
            case .text, .boolean, .date:
                let number = failures.add(.unreadable(column, column.type == .date ? .date : .type))
                return "when \(isNull) and \(isGiven) then \(number)"
            }
        }
        return "case \(cases.joined(separator: " ")) end"
    }

    // MARK: Head

    /// How many places the head takes.
    private static let head = 3

    /// What must be well before the first line: the columns, the date and the description.
    private mutating func headBranches(_ conditionProblem: String?) -> [String] {
        var branches: [String] = []
        if let conditionProblem { branches.append(check(at: "0", conditionProblem)) }
        if let condition = rule.condition {
            let cases = cases(FormulaSQL(condition).checks)
            if !cases.isEmpty { branches.append(check(at: "1", "case\(cases) end")) }
        }
        if let problem = readProblem(rule.otherColumns, reading: "given") {
            branches.append(check(at: place(1), problem))
        }
        let head = required(rule.date, "the date") + required(rule.description, "the description")
        if !head.isEmpty { branches.append(check(at: place(2), "case\(head) end")) }
        if branches.isEmpty { branches.append(check(at: "0", "null::integer")) }
        return branches
    }

    func place(_ number: Int) -> String { "\(Int64(number) << 44)" }
}

extension String {
    fileprivate func indented(by spaces: Int) -> String {
        split(separator: "\n", omittingEmptySubsequences: false)
            .joined(separator: "\n" + String(repeating: " ", count: spaces))
    }
}
