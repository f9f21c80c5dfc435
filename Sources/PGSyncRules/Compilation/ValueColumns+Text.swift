extension ValueColumns {
    /// A formula as a SQL expression; it hides some failures, which `expression(of:)` does not.
    mutating func text(_ formula: Formula) -> String {
        switch formula {
        case .literal(let value): return value.map(Self.literal) ?? "null"
        case .column(let column): return reference(column)
        case .shared(let part): return value(of: part)
        case .negate(let part): return "(- \(text(part)))"
        case .absolute(let part): return "pg_catalog.abs(\(text(part)))"
        case .arithmetic(let operation, let left, let right):
            return "(\(text(left)) \(operation.rawValue) \(text(right)))"
        case .fromMinor(let part, let places): return "(\(text(part)) * \(unit(places)))"
        case .divideExactly(let part, let divisor, let places):
            let (quotient, isExact) = exactQuotient(part, by: divisor, places: places)
            return "case when \(isExact) then \(quotient) end"
        case .round(let part, 1, let places, .up): return "pg_catalog.round(\(text(part)), \(places))"
        case .round(let part, let divisor, let places, let halves) where halves != .up:
            return "pgsync.rule_round_\(halves.rawValue)(\(value(of: part)), \(divisor)::numeric, \(places))"
        case .round(let part, let divisor, let places, _):
            let value = value(of: part)
            if let reciprocal = Self.reciprocal(of: divisor) {
                return "pg_catalog.round(\(value) * \(reciprocal)::numeric, \(places))"
            }
            return "(pg_catalog.sign(\(value)) * pg_catalog.div("
                + "2::numeric * pg_catalog.abs(\(value)) * \(power(.fixed(places))) + \(divisor)::numeric, "
                + "\(2 * divisor)::numeric) * \(unit(.fixed(places))))"
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
        case .changeText(let change, let part): return changed(text(part), change)
        case .written(let part): return "(pg_catalog.trim_scale(\(text(part)))::text)"
        case .writtenDate(let part):
            return "pg_catalog.to_char((\(text(part)))::timestamp, 'YYYY-MM-DD')"
        case .writtenAmount(let part, let places):
            let value = value(of: part)
            return
                "(pg_catalog.round(\(value), greatest(\(count(places)), pg_catalog.min_scale(\(value))))::text)"
        case .account(let part, let hasParty): return "pgsync.rule_account(\(value(of: part)), \(hasParty))"
        case .decimals(let part): return "pgsync.rule_decimals(\(value(of: part)))"
        case .day(let part, let zone): return "pgsync.rule_day(\(text(part)), \(Self.zone(zone)))"
        case .lookup(let map, let part): return lookup(map, value(of: part))
        }
    }

    private func changed(_ text: String, _ change: Formula.TextChange) -> String {
        func folded(_ function: String) -> String {
            "(pg_catalog.\(function)((\(text)) collate pg_catalog.\"C\") collate pg_catalog.\"default\")"
        }
        return switch change {
        case .upper: folded("upper")
        case .lower: folded("lower")
        case .trim: "pg_catalog.btrim(\(text), ' ')"
        case .left(let count): "pg_catalog.\"left\"(\(text), \(count))"
        case .right(let count): "pg_catalog.\"right\"(\(text), \(count))"
        case .substring(let start, let count): "pg_catalog.substr(\(text), \(start), \(count))"
        case .replace(let search, let other):
            "(pg_catalog.replace((\(text)) collate pg_catalog.\"C\", \(SQLText.literal(search.string)), "
                + "\(SQLText.literal(other.string))) collate pg_catalog.\"default\")"
        }
    }

    private static func zone(_ zone: Formula.Zone) -> String {
        switch zone {
        case .named(let name): SQLText.literal(name)
        // Asked once for a batch, as it has nothing to do with the row.
        case .books: "(select pgsync.configuration_text('books_time_zone'))"
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
        places: Formula.Places
    ) -> (text: String, isExact: String) {
        let value = value(of: part)
        if let reciprocal = Self.reciprocal(of: divisor) {
            let product = "(\(value) * \(reciprocal)::numeric)"
            return (product, "(pg_catalog.min_scale\(product) <= \(count(places)))")
        }
        let shifted = "\(value) * \(power(places))"
        return (
            "(pg_catalog.div(\(shifted), \(divisor)::numeric) * \(unit(places)))",
            "(pg_catalog.mod(\(shifted), \(divisor)::numeric) = 0)"
        )
    }

    /// What to multiply by instead of dividing, if it can be written out: that is exact and faster.
    private static func reciprocal(of divisor: UInt32) -> Decimal? {
        Decimal(1).divided(by: divisor, exactlyTo: 20)
    }

    /// How many digits an amount has behind the point.
    mutating func count(_ places: Formula.Places) -> String {
        switch places {
        case .fixed(let count): "\(count)"
        case .of(let formula): value(of: formula)
        }
    }

    /// How many of the smallest unit make one.
    mutating func power(_ places: Formula.Places) -> String {
        switch places {
        case .fixed(let count): Self.power(count)
        case .of(let formula): "('1e' || \(value(of: formula))::text)::numeric"
        }
    }

    private static func power(_ places: Int) -> String {
        "1\(String(repeating: "0", count: places))::numeric"
    }

    private mutating func unit(_ places: Formula.Places) -> String {
        switch places {
        case .fixed(0): "1::numeric"
        case .fixed(let count): "0.\(String(repeating: "0", count: count - 1))1"
        case .of(let formula): "('1e-' || \(value(of: formula))::text)::numeric"
        }
    }
}
