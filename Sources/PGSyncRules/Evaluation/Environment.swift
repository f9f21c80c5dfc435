import Days

/// The values formulas are evaluated with.
struct Environment {
    /// The accounts, currencies and time zones there are.
    let context: RuleContext
    private var values: [ColumnReference: RuleValue] = [:]

    init(_ context: RuleContext = RuleContext(chart: Chart([]))) {
        self.context = context
    }

    subscript(column: ColumnReference) -> RuleValue? {
        get { values[column] }
        set { values[column] = newValue }
    }

    /// The value of a formula, nil for null.
    ///
    /// Null spreads as in SQL: through arithmetic and comparison, while `and` and `or` know three values. All parts
    /// are evaluated, in the order written, except those that a condition or `coalesce` passes over.
    func value(of formula: Formula) throws(RuleFailure) -> RuleValue? {
        switch formula {
        case .literal(let value): return value
        case .column(let column): return self[column]
        case .shared(let part): return try value(of: part)
        case .negate(let part): return try number(part).map { .number(-$0) }
        case .absolute(let part): return try number(part).map { .number($0.magnitude) }
        case .arithmetic(let operation, let left, let right):
            let (left, right) = (try number(left), try number(right))
            guard let left, let right else { return nil }
            return .number(operation.apply(left, right))
        case .fromMinor(let part, let places):
            let (units, places) = (try number(part), try count(of: places))
            guard let units, let places else { return nil }
            return .number(units.shifted(behindPoint: places))
        case .divideExactly(let part, let divisor, let places):
            let (dividend, places) = (try number(part), try count(of: places))
            guard let dividend, let places else { return nil }
            guard let quotient = dividend.divided(by: divisor, exactlyTo: places) else {
                throw .inexactDivision(part, by: divisor)
            }
            return .number(quotient)
        case .round(let part, let divisor, let places, let halves):
            return try number(part)
                .map { .number($0.divided(by: divisor, roundedTo: places, halves: halves)) }
        case .conditional(let condition, let then, let otherwise):
            return try value(of: try boolean(condition) == true ? then : otherwise)
        case .coalesce(let parts):
            for part in parts { if let value = try value(of: part) { return value } }
            return nil
        case .concatenate(let left, let right):
            let (left, right) = (try text(left), try text(right))
            guard let left, let right else { return nil }
            return .text(ByteText(left + right))
        case .changeText(let change, let part):
            return try text(part).map { .text(ByteText(change.apply($0))) }
        case .written(let part), .writtenDate(let part):
            return try value(of: part).map { .text(ByteText($0.written)) }
        case .writtenAmount(let part, let places):
            let (amount, places) = (try number(part), try count(of: places))
            guard let amount, let places else { return nil }
            return .text(ByteText(amount.text(places: places)))
        case .account(let part, let hasParty):
            guard let code = try text(part) else { return nil }
            guard let account = context.chart[code], account.isActive,
                hasParty || !account.requiresParty
            else { throw .noAccount(part, code, withParty: hasParty) }
            return .text(ByteText(code))
        case .decimals(let part):
            guard let code = try text(part) else { return nil }
            guard let count = context.currencies[code] else { throw .noCurrency(part, code) }
            return .number(Decimal(Int64(count)))
        case .day(let part, let zone):
            guard let written = try text(part).flatMap(WrittenTimestamp.init) else { return nil }
            return .date(try day(of: written, in: zone))
        case .lookup(let map, let part):
            guard let key = try text(part) else { return nil }
            let found = map.entries.first { $0.key == ByteText(key) }?.account ?? map.otherwise
            guard let found else { throw .unknownMode(map, part) }
            return .text(ByteText(found))
        case .compare, .isNull, .isIn, .not, .both, .either:
            return try truth(of: formula).map { .boolean($0) }
        }
    }

    private func truth(of formula: Formula) throws(RuleFailure) -> Bool? {
        switch formula {
        case .compare(let comparison, let left, let right):
            let (left, right) = (try value(of: left), try value(of: right))
            guard let left, let right else { return nil }
            return comparison.holds(left, right)
        case .isNull(let part): return try value(of: part) == nil
        case .isIn(let part, let values): return try value(of: part).map(values.contains)
        case .not(let part): return try boolean(part).map(!)
        case .both(let left, let right):
            let (left, right) = (try boolean(left), try boolean(right))
            if left == false || right == false { return false }
            return left == nil || right == nil ? nil : true
        case .either(let left, let right):
            let (left, right) = (try boolean(left), try boolean(right))
            if left == true || right == true { return true }
            return left == nil || right == nil ? nil : false
        default: return try boolean(formula)
        }
    }

    /// How many digits an amount has behind the point; nil where the currency is null.
    func count(of places: Formula.Places) throws(RuleFailure) -> Int? {
        switch places {
        case .fixed(let count): count
        case .of(let formula): try number(formula)?.units(places: 0).map { Int($0) }
        }
    }

    private func day(of written: WrittenTimestamp, in zone: Formula.Zone) throws(RuleFailure) -> Day {
        guard let moment = written.moment else { return written.date }
        guard let offsets = context.offsets(of: zone) else { throw .unknownZone }
        let local = moment + offsets.offset(at: moment)
        return Day(daysSinceEpoch: Int(local.flooredDivision(by: 86_400).quotient))
    }

    func boolean(_ formula: Formula) throws(RuleFailure) -> Bool? {
        if case .boolean(let value)? = try value(of: formula) { value } else { nil }
    }

    func number(_ formula: Formula) throws(RuleFailure) -> Decimal? {
        if case .number(let value)? = try value(of: formula) { value } else { nil }
    }

    func text(_ formula: Formula) throws(RuleFailure) -> String? {
        if case .text(let value)? = try value(of: formula) { value.string } else { nil }
    }

    /// The value of a formula that must have one.
    func required(_ formula: Formula, _ what: String) throws(RuleFailure) -> RuleValue {
        guard let value = try value(of: formula) else {
            throw .missing(what, formula.columns.first { self[$0] == nil } ?? formula.columns.first)
        }
        return value
    }
}

extension Formula.Arithmetic {
    fileprivate func apply(_ left: Decimal, _ right: Decimal) -> Decimal {
        switch self {
        case .add: left + right
        case .subtract: left - right
        case .multiply: left * right
        }
    }
}

extension Formula.Comparison {
    fileprivate func holds(_ left: RuleValue, _ right: RuleValue) -> Bool {
        switch self {
        case .equal: left == right
        case .unequal: left != right
        case .less: left.precedes(right)
        case .lessOrEqual: !right.precedes(left)
        case .greater: right.precedes(left)
        case .greaterOrEqual: !left.precedes(right)
        }
    }
}

extension RuleValue {
    /// Only numbers and dates have an order.
    fileprivate func precedes(_ other: RuleValue) -> Bool {
        switch (self, other) {
        case (.number(let left), .number(let right)): left < right
        case (.date(let left), .date(let right)): left < right
        default: false
        }
    }
}

extension Formula.TextChange {
    /// Changes the letters A to Z alone, so that no locale has a say.
    fileprivate func apply(_ text: String) -> String {
        switch self {
        case .upper:
            String(decoding: text.utf8.map { (0x61...0x7A).contains($0) ? $0 - 0x20 : $0 }, as: UTF8.self)
        case .lower:
            String(decoding: text.utf8.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }, as: UTF8.self)
        case .trim:
            String(
                decoding: text.utf8.drop { $0 == 0x20 }.reversed().drop { $0 == 0x20 }.reversed(),
                as: UTF8.self
            )
        case .left(let count): String(String.UnicodeScalarView(text.unicodeScalars.prefix(count)))
        case .right(let count): String(String.UnicodeScalarView(text.unicodeScalars.suffix(count)))
        case .substring(let start, let count):
            String(String.UnicodeScalarView(text.unicodeScalars.dropFirst(start - 1).prefix(count)))
        case .replace(let search, let other): Self.replacing(search, by: other, in: text)
        }
    }

    /// Replaces bytes, which are those of whole characters: letters count as they are.
    private static func replacing(_ search: ByteText, by other: ByteText, in text: String) -> String {
        let (search, bytes) = (Array(search.string.utf8), Array(text.utf8))
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index...].starts(with: search) {
                result += other.string.utf8
                index += search.count
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
