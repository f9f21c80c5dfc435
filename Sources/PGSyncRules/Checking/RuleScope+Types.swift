import Days

extension RuleScope {
    func condition(_ syntax: ExpressionSyntax) throws(Fault) -> Formula {
        try formula(of: syntax, as: .boolean, "a condition must be true or false")
    }

    func numeric(_ syntax: ExpressionSyntax) throws(Fault) -> TypedFormula {
        let found = try typed(syntax)
        guard found.type?.isNumeric == true else {
            throw Fault(
                syntax.range,
                "only numbers and money can be calculated with, and this is "
                    + "\(found.type?.noun ?? "null")"
            )
        }
        return found
    }

    /// The type two formulas share; literals take the type of the other side.
    func agree(
        _ left: inout TypedFormula,
        _ right: inout TypedFormula,
        _ purpose: String,
        _ range: SourceRange
    ) throws(Fault) -> ColumnType? {
        guard let a = left.type else { return right.type }
        guard let b = right.type else { return a }
        if a == b { return a }
        if a.isNumeric, b.isNumeric {
            if left.isLiteral { return b }
            if right.isLiteral { return a }
            if a != .money, b != .money { return .number }
        } else if left.isLiteral, let formula = try fitted(left, to: b, at: range) {
            left.formula = formula
            return b
        } else if right.isLiteral, let formula = try fitted(right, to: a, at: range) {
            right.formula = formula
            return a
        }
        throw Fault(range, "\(a.noun) and \(b.noun) \(purpose)")
    }

    /// A literal as another type, if it can be one: only texts can, as dates.
    func fitted(
        _ typed: TypedFormula,
        to type: ColumnType,
        at range: SourceRange
    ) throws(Fault) -> Formula? {
        guard type == .date, case .literal(.text(let text)?) = typed.formula else { return nil }
        guard let date = Day(ofRules: text.string) else {
            throw Fault(
                range,
                "'\(text.string)' is not a day of the calendar",
                help: "write it as '2026-01-31'"
            )
        }
        return .literal(.date(date))
    }
}
