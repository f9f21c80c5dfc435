extension RuleScope {
    /// Warns of whole numbers that are posted as they are, because many a table counts in hundredths.
    mutating func warnOfMinorUnits(_ syntax: RuleSyntax) {
        guard exponent > 0 else { return }
        let amounts = syntax.statements.flatMap(\.amounts)
        let known = context.tables[syntax.table.value]?.columns ?? [:]
        for column in syntax.columns where column.type.value == "money" {
            let name = column.name.value
            guard known[name]?.kind == .integer, amounts.contains(where: { $0.takesWhole(name) }) else {
                continue
            }
            warn(
                Fault(
                    column.type.range,
                    "\(name) is an integer: 1900 is posted as 1900.\(String(repeating: "0", count: exponent))",
                    help: "if it holds minor units such as cents, declare it: column \(name) minor money"
                )
            )
        }
    }
}

extension StatementSyntax {
    /// The amounts of all lines.
    fileprivate var amounts: [ExpressionSyntax] {
        switch self {
        case .line(let line): [line.amount]
        case .forEach(_, _, let body): body.flatMap(\.amounts)
        case .conditional(_, let then, let otherwise): (then + otherwise).flatMap(\.amounts)
        case .assert, .letting: []
        }
    }
}

extension ExpressionSyntax {
    /// Whether the value of a column counts here as it is, neither divided nor multiplied by a fraction.
    fileprivate func takesWhole(_ name: String) -> Bool {
        switch kind {
        case .name(let other): other == name
        case .negate(let part), .round(let part, _, _): part.takesWhole(name)
        case .binary(.multiply, let left, let right):
            !left.isFraction && !right.isFraction && (left.takesWhole(name) || right.takesWhole(name))
        case .binary(_, let left, let right): left.takesWhole(name) || right.takesWhole(name)
        case .conditional(_, let then, let otherwise): then.takesWhole(name) || otherwise.takesWhole(name)
        case .call(_, let arguments): arguments.contains { $0.takesWhole(name) }
        case .divide, .field, .day, .number, .text, .boolean, .null, .not, .isNull, .isIn: false
        }
    }

    private var isFraction: Bool {
        if case .number(let text) = kind { text.contains(".") } else { false }
    }
}
