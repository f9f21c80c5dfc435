extension ValueColumns {
    /// A formula as a SQL expression; it hides some failures, which `expression(of:)` does not.
    mutating func text(_ formula: Formula) -> String {
        switch formula {
        case .literal(let value): return value.map(Self.literal) ?? "null"
        case .column(let column): return reference(column)
        case .negate(let part): return "(- \(text(part)))"
        case .absolute(let part): return "pg_catalog.abs(\(text(part)))"
        case .arithmetic(let operation, let left, let right):
            return "(\(text(left)) \(operation.rawValue) \(text(right)))"
        case .divideExactly(let part, let divisor, let places):
            let (quotient, isExact) = exactQuotient(part, by: divisor, places: places)
            return "case when \(isExact) then \(quotient) end"
        case .roundHalfUp(let part, 1, let places): return "pg_catalog.round(\(text(part)), \(places))"
        case .roundHalfUp(let part, let divisor, let places):
            let value = value(of: part)
            if let reciprocal = Self.reciprocal(of: divisor) {
                return "pg_catalog.round(\(value) * \(reciprocal)::numeric, \(places))"
            }
            return "(pg_catalog.sign(\(value)) * pg_catalog.div("
                + "2::numeric * pg_catalog.abs(\(value)) * \(Self.power(places)) + \(divisor)::numeric, "
                + "\(2 * divisor)::numeric) * \(Self.unit(places)))"
        case .compare(let comparison, let left, let right):
            return "(\(text(left)) \(comparison.rawValue) \(text(right)))"
        case .isNull(let part): return "((\(text(part))) is null)"
        case .isIn(let part, let values):
            return "(\(text(part)) in (\(values.map(Self.literal).joined(separator: ", "))))"
        case .not(let part): return "(not \(text(part)))"
        case .both(let left, let right): return "(\(text(left)) and \(text(right)))"
        case .either(let left, let right): return "(\(text(left)) or \(text(right)))"
        case .conditional(let condition, let then, let otherwise):
            let condition = part(condition, of: formula)
            return "case when \(condition) then \(text(then)) else \(text(otherwise)) end"
        case .coalesce(let parts):
            return "coalesce(\(parts.map { part($0, of: formula) }.joined(separator: ", ")))"
        case .concatenate(let left, let right): return "(\(text(left)) || \(text(right)))"
        case .changeText(.trim, let part): return "pg_catalog.btrim(\(text(part)), ' ')"
        case .changeText(let change, let part):
            return "(pg_catalog.\(change.rawValue)((\(text(part))) collate pg_catalog.\"C\") "
                + "collate pg_catalog.\"default\")"
        case .written(let part): return "(pg_catalog.trim_scale(\(text(part)))::text)"
        case .lookup(let map, let part): return lookup(map, value(of: part))
        }
    }

    private mutating func part(_ part: Formula, of formula: Formula) -> String {
        formula.repeatedParts.contains(part) ? value(of: part) : text(part)
    }

    static func literal(_ value: RuleValue) -> String {
        switch value {
        case .text(let text): "\(SQLText.literal(text.string))::text"
        case .number(let number): "(\(number))::numeric"
        case .boolean(let value): value ? "true" : "false"
        case .date(let date): "'\(date)'::date"
        }
    }

    func lookup(_ map: AccountMap, _ key: String) -> String {
        let branches = map.entries
            .map { " when \(SQLText.literal($0.key.string)) then \(SQLText.literal($0.account))" }.joined()
        guard let otherwise = map.otherwise else { return "case \(key)\(branches) end" }
        return "case when (\(key)) is not null then case \(key)\(branches) "
            + "else \(SQLText.literal(otherwise)) end end"
    }

    // MARK: Arithmetic

    /// The quotient, and whether it needs no more than so many places.
    mutating func exactQuotient(
        _ part: Formula,
        by divisor: UInt32,
        places: Int
    ) -> (text: String, isExact: String) {
        let value = value(of: part)
        if let reciprocal = Self.reciprocal(of: divisor) {
            let product = "(\(value) * \(reciprocal)::numeric)"
            return (product, "(pg_catalog.min_scale\(product) <= \(places))")
        }
        let shifted = "\(value) * \(Self.power(places))"
        return (
            "(pg_catalog.div(\(shifted), \(divisor)::numeric) * \(Self.unit(places)))",
            "(pg_catalog.mod(\(shifted), \(divisor)::numeric) = 0)"
        )
    }

    /// What to multiply by instead of dividing, if it can be written out: that is exact and faster.
    private static func reciprocal(of divisor: UInt32) -> Decimal? {
        Decimal(1).divided(by: divisor, exactlyTo: 20)
    }

    static func power(_ places: Int) -> String { "1\(String(repeating: "0", count: places))::numeric" }

    private static func unit(_ places: Int) -> String {
        places == 0 ? "1::numeric" : "0.\(String(repeating: "0", count: places - 1))1"
    }
}
