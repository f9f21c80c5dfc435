/// A formula as a SQL expression that never raises an error.
///
/// Where the formula fails, the expression is null, and one of its checks is true.
struct FormulaSQL {
    struct Check {
        let condition: String
        let failure: RuleFailure
    }

    let text: String
    /// What can fail inside, in the order it is evaluated.
    let checks: [Check]

    init(_ formula: Formula) {
        text = Self.text(formula)
        checks = Self.checks(formula)
    }

    // MARK: Values

    private static func text(_ formula: Formula) -> String {
        switch formula {
        case .literal(let value): value.map(literal) ?? "null"
        case .column(let column): reference(column)
        case .negate(let part): "(- \(text(part)))"
        case .absolute(let part): "pg_catalog.abs(\(text(part)))"
        case .arithmetic(let operation, let left, let right):
            "(\(text(left)) \(operation.rawValue) \(text(right)))"
        case .divideExactly(let part, let divisor, let places):
            "case when \(remainder(part, divisor, places)) = 0 "
                + "then pg_catalog.div(\(shifted(part, places)), \(divisor)::numeric) * \(unit(places)) end"
        case .roundHalfUp(let part, 1, let places): "pg_catalog.round(\(text(part)), \(places))"
        case .roundHalfUp(let part, let divisor, let places):
            "(pg_catalog.sign(\(text(part))) * pg_catalog.div("
                + "2::numeric * pg_catalog.abs(\(text(part))) * \(power(places)) + \(divisor)::numeric, "
                + "\(2 * divisor)::numeric) * \(unit(places)))"
        case .compare(let comparison, let left, let right):
            "(\(text(left)) \(comparison.rawValue) \(text(right)))"
        case .isNull(let part): "((\(text(part))) is null)"
        case .isIn(let part, let values):
            "(\(text(part)) in (\(values.map(literal).joined(separator: ", "))))"
        case .not(let part): "(not \(text(part)))"
        case .both(let left, let right): "(\(text(left)) and \(text(right)))"
        case .either(let left, let right): "(\(text(left)) or \(text(right)))"
        case .conditional(let condition, let then, let otherwise):
            "case when \(text(condition)) then \(text(then)) else \(text(otherwise)) end"
        case .coalesce(let parts): "coalesce(\(parts.map(text).joined(separator: ", ")))"
        case .concatenate(let left, let right): "(\(text(left)) || \(text(right)))"
        case .changeText(.trim, let part): "pg_catalog.btrim(\(text(part)), ' ')"
        case .changeText(let change, let part):
            "(pg_catalog.\(change.rawValue)((\(text(part))) collate pg_catalog.\"C\") "
                + "collate pg_catalog.\"default\")"
        case .written(let part): "(pg_catalog.trim_scale(\(text(part)))::text)"
        case .lookup(let map, let part): lookup(map, text(part))
        }
    }

    static func literal(_ value: RuleValue) -> String {
        switch value {
        case .text(let text): "\(SQLText.literal(text.string))::text"
        case .number(let number): "(\(number))::numeric"
        case .boolean(let value): value ? "true" : "false"
        case .date(let date): "'\(date)'::date"
        }
    }

    /// Columns of the row stand in `source`, the fields of an element in `field`.
    static func reference(_ column: ColumnReference) -> String {
        "\(column.list == nil ? "source" : "field").\(SQLText.identifier(column.name))"
    }

    private static func lookup(_ map: AccountMap, _ key: String) -> String {
        let branches = map.entries
            .map { " when \(SQLText.literal($0.key.string)) then \(SQLText.literal($0.account))" }.joined()
        guard let otherwise = map.otherwise else { return "case \(key)\(branches) end" }
        return "case when (\(key)) is not null then case \(key)\(branches) "
            + "else \(SQLText.literal(otherwise)) end end"
    }

    // MARK: Checks

    private static func checks(_ formula: Formula) -> [Check] {
        switch formula {
        case .conditional(let condition, let then, let otherwise):
            return checks(condition)
                + checks(then).map { $0.guarded(by: "(\(text(condition))) is true") }
                + checks(otherwise).map { $0.guarded(by: "(\(text(condition))) is not true") }
        case .coalesce(let parts):
            return parts.indices.flatMap { index in
                checks(parts[index]).map { check in
                    guard index > 0 else { return check }
                    return check.guarded(by: "(\(text(.coalesce(Array(parts[..<index]))))) is null")
                }
            }
        case .divideExactly(let part, let divisor, let places):
            let failure = RuleFailure.inexactDivision(part, by: divisor)
            return checks(part) + [
                Check(condition: "\(remainder(part, divisor, places)) <> 0", failure: failure)
            ]
        case .lookup(let map, let part) where map.otherwise == nil:
            let condition = "(\(text(part))) is not null and \(lookup(map, text(part))) is null"
            return checks(part) + [Check(condition: condition, failure: .unknownMode(map, part))]
        default:
            return formula.parts.flatMap(checks)
        }
    }

    // MARK: Arithmetic

    private static func remainder(_ part: Formula, _ divisor: UInt32, _ places: Int) -> String {
        "pg_catalog.mod(\(shifted(part, places)), \(divisor)::numeric)"
    }

    private static func shifted(_ part: Formula, _ places: Int) -> String {
        "\(text(part)) * \(power(places))"
    }

    static func power(_ places: Int) -> String { "1\(String(repeating: "0", count: places))::numeric" }

    private static func unit(_ places: Int) -> String {
        places == 0 ? "1::numeric" : "0.\(String(repeating: "0", count: places - 1))1"
    }
}

extension FormulaSQL.Check {
    func guarded(by guardCondition: String) -> Self {
        Self(condition: "\(guardCondition) and \(condition)", failure: failure)
    }
}
