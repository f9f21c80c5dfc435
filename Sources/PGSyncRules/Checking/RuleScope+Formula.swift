/// A formula with its type; null has none.
struct TypedFormula {
    var formula: Formula
    var type: ColumnType?
    /// Whether it is made of literals alone and so takes the type it is needed in.
    var isLiteral = false
}

extension RuleScope {
    func formula(
        of syntax: ExpressionSyntax,
        as type: ColumnType,
        _ complaint: String
    ) throws(Fault) -> Formula {
        let found = try typed(syntax)
        guard found.type == type else {
            if found.type == .timestamp, type == .date { return .day(found.formula, in: .books) }
            if found.isLiteral, let fitted = try fitted(found, to: type, at: syntax.range) { return fitted }
            throw Fault(
                syntax.range,
                "\(complaint), and this is \(found.type?.noun ?? "null")",
                help: help(for: found.formula, as: type)
            )
        }
        return found.formula
    }

    /// What to write where a column is something else than what is needed.
    private func help(for formula: Formula, as type: ColumnType) -> String? {
        guard case .column(let column) = formula, column.list == nil, column.inner.isEmpty else { return nil }
        if type == .date, stored(column)?.kind == .timestamp {
            return "declare it: column \(column.name) timestamp"
        }
        return type == .boolean
            ? "compare it with something, such as \(column.name) = \(column.type.isNumeric ? "0" : "'final'")"
            : "if the column holds \(type.noun), declare it: column \(column.name) \(type.keyword)"
    }

    /// A text, or a whole number to be written as one.
    func writtenFormula(of syntax: ExpressionSyntax, _ complaint: String) throws(Fault) -> Formula {
        let found = try typed(syntax)
        if found.type == .integer { return .written(found.formula) }
        guard found.type == .text else {
            throw Fault(syntax.range, "\(complaint), and this is \(found.type?.noun ?? "null")")
        }
        return found.formula
    }

    /// A text, or what has one way to be written as one: a number, an amount or a day.
    func joinedFormula(of syntax: ExpressionSyntax, _ complaint: String) throws(Fault) -> Formula {
        let found = try typed(syntax)
        switch found.type {
        case .text: return found.formula
        case .integer, .number: return .written(found.formula)
        case .money: return .writtenAmount(found.formula, places)
        case .date: return .writtenDate(found.formula)
        default:
            let help =
                found.type == .timestamp ? "say which day it is: in time zone '\(context.timeZone)'" : nil
            throw Fault(
                syntax.range,
                "\(complaint), and this is \(found.type?.noun ?? "null")",
                help: help
            )
        }
    }

    func typed(_ syntax: ExpressionSyntax) throws(Fault) -> TypedFormula {
        switch syntax.kind {
        case .name(let name):
            if let found = try named(name, at: syntax.range) { return found }
            return try typed(column(name, at: syntax.range), syntax.range)
        case .field(let owner, let names):
            return try typed(field(names, of: owner, at: syntax.range), syntax.range)
        case .day(let part, let zone): return try day(of: part, in: zone)
        case .number(let text): return try literalNumber(text, syntax.range)
        case .text(let text):
            return TypedFormula(formula: .literal(.text(ByteText(text))), type: .text, isLiteral: true)
        case .boolean(let value): return TypedFormula(formula: .literal(.boolean(value)), type: .boolean)
        case .null: return TypedFormula(formula: .literal(nil), type: nil)
        case .negate(let part):
            let part = try numeric(part)
            if case .literal(.number(let number)?) = part.formula {
                return TypedFormula(formula: .literal(.number(-number)), type: part.type, isLiteral: true)
            }
            return TypedFormula(formula: .negate(part.formula), type: part.type, isLiteral: part.isLiteral)
        case .not(let part):
            return TypedFormula(formula: .not(try condition(part)), type: .boolean)
        case .binary(let operation, let left, let right):
            return try binary(operation, left, right, syntax.range)
        case .divide(let part, let divisor, let rounding): return try divide(part, divisor, rounding)
        case .round(let part, let halves, let places):
            var part = try numeric(part)
            part.formula = .round(part.formula, dividedBy: 1, places: places, halves: halves)
            return part
        case .isNull(let part, let isNegated):
            let test = Formula.isNull(try typed(part).formula)
            return TypedFormula(formula: isNegated ? .not(test) : test, type: .boolean)
        case .isIn(let part, let values, let isNegated): return try membership(part, values, isNegated)
        case .conditional(let condition, let then, let otherwise):
            let condition = try self.condition(condition)
            var (left, right) = (try typed(then), try typed(otherwise))
            let type = try agree(&left, &right, "are the two outcomes of an 'if'", syntax.range)
            return TypedFormula(
                formula: .conditional(condition, then: left.formula, otherwise: right.formula),
                type: type,
                isLiteral: left.isLiteral && right.isLiteral && type?.isNumeric == true
            )
        case .call(let name, let arguments): return try call(name, arguments)
        }
    }

    private func typed(_ column: ColumnReference, _ range: SourceRange) throws(Fault) -> TypedFormula {
        let formula = Formula.column(column)
        switch column.type {
        case .list:
            throw Fault(
                range,
                "\(column.name) is a list",
                help: "go over it with 'for each \(column.name) as …'"
            )
        case .object(let fields):
            throw Fault(
                range,
                "\(column.path) is an object",
                help: "name a field of it, such as \(column.path).\(fields.keys.sorted().first ?? "amount")"
            )
        case .minorMoney:
            if case .fixed(0) = places { return TypedFormula(formula: formula, type: .money) }
            return TypedFormula(formula: .fromMinor(formula, places), type: .money)
        default: return TypedFormula(formula: formula, type: column.type)
        }
    }

    private func literalNumber(_ text: String, _ range: SourceRange) throws(Fault) -> TypedFormula {
        let parts = text.split(separator: ".")
        guard parts[0].count <= NumberLimits.wholeDigits, let number = Decimal(text),
            number.scale <= NumberLimits.fractionDigits
        else {
            throw Fault(
                range,
                "a number has up to \(NumberLimits.wholeDigits) digits before the point "
                    + "and \(NumberLimits.fractionDigits) behind it"
            )
        }
        return TypedFormula(formula: .literal(.number(number)), type: .number, isLiteral: true)
    }

    // MARK: Operators

    private func binary(
        _ operation: BinaryOperator,
        _ left: ExpressionSyntax,
        _ right: ExpressionSyntax,
        _ range: SourceRange
    ) throws(Fault) -> TypedFormula {
        switch operation {
        case .and:
            return TypedFormula(formula: .both(try condition(left), try condition(right)), type: .boolean)
        case .or:
            return TypedFormula(formula: .either(try condition(left), try condition(right)), type: .boolean)
        case .concatenate:
            let complaint = "only texts, numbers, money and dates can be joined"
            return TypedFormula(
                formula: .concatenate(
                    try joinedFormula(of: left, complaint),
                    try joinedFormula(of: right, complaint)
                ),
                type: .text
            )
        case .add, .subtract:
            var (a, b) = (try numeric(left), try numeric(right))
            let word = operation == .add ? "cannot be added" : "cannot be subtracted"
            let type = try agree(&a, &b, word, left.range)
            return TypedFormula(
                formula: .arithmetic(operation == .add ? .add : .subtract, a.formula, b.formula),
                type: type,
                isLiteral: a.isLiteral && b.isLiteral
            )
        case .multiply:
            let (a, b) = (try numeric(left), try numeric(right))
            guard a.type != .money || b.type != .money else {
                throw Fault(
                    left.range,
                    "money cannot be multiplied by money",
                    help: "one of them is a number"
                )
            }
            let type: ColumnType =
                a.type == .money || b.type == .money ? .money : a.type == b.type ? a.type ?? .number : .number
            return TypedFormula(
                formula: .arithmetic(.multiply, a.formula, b.formula),
                type: type,
                isLiteral: a.isLiteral && b.isLiteral
            )
        case .equal, .unequal, .less, .lessOrEqual, .greater, .greaterOrEqual:
            return try comparison(operation, left, right)
        }
    }

    private func comparison(
        _ operation: BinaryOperator,
        _ left: ExpressionSyntax,
        _ right: ExpressionSyntax
    ) throws(Fault) -> TypedFormula {
        var (a, b) = (try typed(left), try typed(right))
        guard a.type != nil, b.type != nil, let comparison = Formula.Comparison(rawValue: operation.rawValue)
        else {
            throw Fault(left.range, "nothing equals null", help: "write 'is null' or 'is not null'")
        }
        for (side, syntax) in [(a, left), (b, right)] where side.type == .timestamp {
            throw Fault(
                syntax.range,
                "a timestamp can only be compared by its day",
                help: "write 'in time zone '\(context.timeZone)'' after it"
            )
        }
        let type = try agree(&a, &b, "cannot be compared", left.range)
        guard operation == .equal || operation == .unequal || type?.isNumeric == true || type == .date else {
            throw Fault(
                left.range,
                "only numbers, money and dates have an order, and this is \(type?.noun ?? "null")"
            )
        }
        return TypedFormula(formula: .compare(comparison, a.formula, b.formula), type: .boolean)
    }

    private func divide(
        _ part: ExpressionSyntax,
        _ divisor: Located<String>,
        _ rounding: ExpressionSyntax.Rounding
    ) throws(Fault) -> TypedFormula {
        let part = try numeric(part)
        guard let number = UInt32(divisor.value), (1...999_999).contains(number) else {
            throw Fault(divisor.range, "a divisor is a whole number from 1 to 999999")
        }
        let formula: Formula =
            switch rounding {
            case .exactly: .divideExactly(part.formula, by: number, places: places)
            case .half(let halves, let places):
                .round(part.formula, dividedBy: number, places: places, halves: halves)
            }
        let type: ColumnType? = part.type == .integer ? .number : part.type
        return TypedFormula(formula: formula, type: type, isLiteral: part.isLiteral)
    }

    private func membership(
        _ part: ExpressionSyntax,
        _ values: [ExpressionSyntax],
        _ isNegated: Bool
    ) throws(Fault) -> TypedFormula {
        let left = try typed(part)
        guard left.type != nil else {
            throw Fault(part.range, "nothing equals null", help: "write 'is null'")
        }
        var literals: [RuleValue] = []
        for value in values {
            var (copy, element) = (left, try typed(value))
            _ = try agree(&copy, &element, "cannot be compared", value.range)
            guard case .literal(let literal?) = element.formula, copy.formula == left.formula else {
                throw Fault(value.range, "the values after 'in' must be written out")
            }
            literals.append(literal)
        }
        let test = Formula.isIn(left.formula, literals)
        return TypedFormula(formula: isNegated ? .not(test) : test, type: .boolean)
    }
}
