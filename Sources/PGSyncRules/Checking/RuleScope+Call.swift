extension RuleScope {
    /// The functions there are, with how they are called.
    private static let functions = [
        "abs": "abs(number)", "coalesce": "coalesce(value, value)", "left": "left(text, 3)",
        "lower": "lower(text)", "replace": "replace(text, '-', '')", "right": "right(text, 3)",
        "substring": "substring(text, 2, 3)", "trim": "trim(text)", "upper": "upper(text)",
    ]

    func call(_ name: Located<String>, _ arguments: [ExpressionSyntax]) throws(Fault) -> TypedFormula {
        if name.value == "coalesce" { return try coalesce(name, arguments) }
        guard let pattern = Self.functions[name.value] else { throw noFunction(name) }
        let expected = pattern.count { $0 == "," } + 1
        guard arguments.count == expected else {
            let number = ["one value", "two values", "three values"][expected - 1]
            throw Fault(name.range, "\(name.value) takes \(number)", help: "write \(pattern)")
        }
        guard name.value != "abs" else {
            var part = try numeric(arguments[0])
            part.formula = .absolute(part.formula)
            return part
        }
        let part = try formula(of: arguments[0], as: .text, "\(name.value) takes a text")
        let change: Formula.TextChange =
            switch name.value {
            case "upper": .upper
            case "lower": .lower
            case "trim": .trim
            case "left": .left(try count(arguments[1], from: 0))
            case "right": .right(try count(arguments[1], from: 0))
            case "substring":
                .substring(from: try count(arguments[1], from: 1), count: try count(arguments[2], from: 0))
            default: .replace(try written(arguments[1], isSearch: true), by: try written(arguments[2]))
            }
        return TypedFormula(formula: .changeText(change, part), type: .text)
    }

    private func coalesce(
        _ name: Located<String>,
        _ arguments: [ExpressionSyntax]
    ) throws(Fault) -> TypedFormula {
        var parts: [TypedFormula] = []
        for argument in arguments { parts.append(try typed(argument)) }
        var first = parts[0]
        for index in parts.indices {
            let type = try agree(&first, &parts[index], "are alternatives of 'coalesce'", name.range)
            first.type = type
            first.isLiteral = first.isLiteral && parts[index].isLiteral
        }
        return TypedFormula(formula: .coalesce(parts.map(\.formula)), type: first.type, isLiteral: false)
    }

    private func noFunction(_ name: Located<String>) -> Fault {
        if maps[name.value] != nil || name.value == "account" {
            let what = name.value == "account" ? "'account' stands" : "a map stands"
            return Fault(name.range, "\(what) only for the account of a line")
        }
        let names = Self.functions.keys.sorted()
        let meant = Spelling.nearest(to: name.value, among: names).map { "did you mean \($0)?" }
        return Fault(
            name.range,
            "unknown function \(name.value)",
            help: meant ?? "the functions are \(names.joined(separator: ", "))"
        )
    }

    /// A number of characters, written out.
    private func count(_ syntax: ExpressionSyntax, from least: Int) throws(Fault) -> Int {
        if case .number(let text) = syntax.kind, let count = Int(text), (least...1_000).contains(count) {
            return count
        }
        throw Fault(syntax.range, "a number of characters is written out, from \(least) to 1000")
    }

    /// A text, written out.
    private func written(_ syntax: ExpressionSyntax, isSearch: Bool = false) throws(Fault) -> ByteText {
        guard case .text(let text) = syntax.kind else {
            throw Fault(syntax.range, "what is replaced, and by what, is written out in quotes")
        }
        if isSearch, text.isEmpty { throw Fault(syntax.range, "nothing cannot be replaced") }
        return ByteText(text)
    }
}
