extension RuleScope {
    /// The currency of the rule; from it follows how many decimals its amounts have.
    mutating func checkCurrency(_ syntax: RuleSyntax) -> Formula? {
        guard let written = syntax.currency else { return nil }
        // It may be called by a name, while other names stand for amounts, which have as many decimals as it says.
        var named = self
        for value in syntax.lets { named.define(value) }
        let trial = named
        let currency = checked(written.range) { _ throws(Fault) in try trial.currency(of: written) }
        guard let currency else { return nil }
        for code in currency.codes where context.currencies[code] == nil {
            let meant = Spelling.nearest(to: code, among: context.currencies.keys)
            note(
                Fault(
                    written.range,
                    "unknown currency \(code)",
                    help: meant.map { "did you mean \($0)?" }
                        ?? "add it to ledger.currencies with the number of its decimals"
                )
            )
        }
        if case .literal(.text(let code)?) = currency {
            places = .fixed(context.currencies[code.string] ?? 2)
        } else {
            places = .of(.decimals(ofCurrency: currency))
        }
        return currency
    }

    private func currency(of syntax: ExpressionSyntax) throws(Fault) -> Formula {
        if case .name(let name) = syntax.kind, lets[name] == nil, !columnNames.contains(name),
            let code = context.currencies.keys.first(where: { $0.lowercased() == name.lowercased() })
        {
            throw Fault(
                syntax.range,
                "\(table) has no column \(name)",
                help: "write the currency in single quotes: '\(code)'"
            )
        }
        let formula = try formula(of: syntax, as: .text, "'currency' must be a text")
        guard !formula.needsDecimals else {
            throw Fault(
                syntax.range,
                "the currency cannot follow from an amount, whose decimals follow from it"
            )
        }
        return formula
    }
}

extension Formula {
    /// The texts written out that it may be.
    fileprivate var codes: [String] {
        switch self {
        case .literal(.text(let code)?): [code.string]
        case .conditional(_, let then, let otherwise): then.codes + otherwise.codes
        case .coalesce(let parts): parts.flatMap(\.codes)
        case .shared(let part): part.codes
        default: []
        }
    }

    /// Whether it takes the number of decimals.
    fileprivate var needsDecimals: Bool {
        switch self {
        case .fromMinor, .divideExactly, .writtenAmount: true
        default: parts.contains(where: \.needsDecimals)
        }
    }
}
