extension Parser {
    /// Reads an expression; `or` binds weakest.
    mutating func parseExpression() throws -> ExpressionSyntax {
        size = 0
        return try parseOr()
    }

    /// Reads the account of a line: a code, a map of a value, or a choice between accounts.
    mutating func parseAccount() throws -> ExpressionSyntax {
        let range = next.range
        switch next.kind {
        case .number, .text:
            return ExpressionSyntax(kind: .text(try takeAccountCode().value), range: range)
        case .word where next.text == "if":
            return try nested { parser in
                parser.advance()
                let condition = try parser.parseExpression()
                try parser.expect(word: "then")
                let then = try parser.parseAccount()
                try parser.expect(word: "else", "'else' and the other account")
                let otherwise = try parser.parseAccount()
                return ExpressionSyntax(
                    kind: .conditional(condition, then: then, otherwise: otherwise),
                    range: range
                )
            }
        default:
            let map = try takeName("an account, such as 1000, or a map")
            guard skip(symbol: "(") else {
                throw Fault(
                    map.range,
                    "\(map.value) is neither an account nor a map with a value",
                    help: "put a code that is not a number in quotes: '\(map.value)'; "
                        + "an account that depends on a column comes from a map: \(map.value)(column)"
                )
            }
            let argument = try parseExpression()
            try expect(symbol: ")")
            return ExpressionSyntax(kind: .call(map, [argument]), range: range)
        }
    }

    // MARK: Conditions

    private mutating func parseOr() throws -> ExpressionSyntax {
        try nested { parser in
            var left = try parser.parseAnd()
            while parser.skip(word: "or") { left = try parser.make(.or, left, try parser.parseAnd()) }
            return left
        }
    }

    private mutating func parseAnd() throws -> ExpressionSyntax {
        var left = try parseNot()
        while skip(word: "and") { left = try make(.and, left, try parseNot()) }
        return left
    }

    private mutating func parseNot() throws -> ExpressionSyntax {
        let range = next.range
        guard skip(word: "not") else { return try parseComparison() }
        return try nested { parser in try parser.make(.not(try parser.parseNot()), range) }
    }

    private mutating func parseComparison() throws -> ExpressionSyntax {
        let left = try parseConcatenation()
        if next.kind == .symbol, let comparison = BinaryOperator(rawValue: next.text), comparison.isComparison
        {
            advance()
            let right = try parseConcatenation()
            if next.kind == .symbol, BinaryOperator(rawValue: next.text)?.isComparison == true {
                throw Fault(next.range, "comparisons cannot be chained", help: "join two with 'and'")
            }
            return try make(comparison, left, right)
        }
        if skip(word: "is") {
            let isNegated = skip(word: "not")
            try expect(word: "null")
            return try make(.isNull(left, negated: isNegated), left.range)
        }
        let isNegated = next.isWord("not") && following.isWord("in") && skip(word: "not")
        guard skip(word: "in") else { return left }
        try expect(symbol: "(")
        var values: [ExpressionSyntax] = []
        repeat { values.append(try parseAdditive()) } while skip(symbol: ",")
        try expect(symbol: ")")
        return try make(.isIn(left, values, negated: isNegated), left.range)
    }

    // MARK: Arithmetic

    private mutating func parseConcatenation() throws -> ExpressionSyntax {
        var left = try parseAdditive()
        while skip(symbol: "||") { left = try make(.concatenate, left, try parseAdditive()) }
        return left
    }

    private mutating func parseAdditive() throws -> ExpressionSyntax {
        var left = try parseTerm()
        while true {
            if skip(symbol: "+") {
                left = try make(.add, left, try parseTerm())
            } else if skip(symbol: "-") {
                left = try make(.subtract, left, try parseTerm())
            } else {
                return left
            }
        }
    }

    private mutating func parseTerm() throws -> ExpressionSyntax {
        var left = try parseFactor()
        while true {
            if skip(symbol: "*") {
                left = try make(.multiply, left, try parseFactor())
            } else if next.isSymbol("/") {
                advance()
                let divisor = try take(.number, "a whole number to divide by")
                guard let rounding = try parseRounding() else {
                    throw Fault(
                        divisor.range,
                        "a division must say how to round",
                        help: "write '/ \(divisor.value) exactly' or '/ \(divisor.value) round half up to 2'"
                    )
                }
                left = try make(.divide(left, by: divisor, rounding), left.range)
            } else if next.isWord("round"), case .half(let halves, let places)? = try parseRounding() {
                left = try make(.round(left, halves, places: places), left.range)
            } else {
                return left
            }
        }
    }

    private mutating func parseRounding() throws -> ExpressionSyntax.Rounding? {
        if skip(word: "exactly") { return .exactly }
        guard skip(word: "round") else { return nil }
        let expected = "'round half up to', 'half down to' or 'half even to' and a number of places"
        try expect(word: "half", expected)
        guard next.kind == .word, let halves = Formula.Halves(rawValue: next.text) else {
            throw unexpected(expected)
        }
        advance()
        try expect(word: "to", expected)
        let places = try take(.number, "a number of places")
        guard let count = Int(places.value), count <= 9 else {
            throw Fault(places.range, "places are a whole number from 0 to 9")
        }
        return .half(halves, places: count)
    }

    private mutating func parseFactor() throws -> ExpressionSyntax {
        let range = next.range
        guard skip(symbol: "-") else { return try parseDay() }
        return try nested { parser in try parser.make(.negate(try parser.parseFactor()), range) }
    }

    // MARK: Primaries

    /// Reads a value, perhaps one with `in time zone` behind it.
    private mutating func parseDay() throws -> ExpressionSyntax {
        var value = try parsePrimary()
        while next.isWord("in"), following.isWord("time") {
            advance()
            advance()
            try expect(word: "zone", "'zone' and its name, such as in time zone 'Europe/Berlin'")
            let zone = try take(.text, "the name of a time zone in quotes, such as 'Europe/Berlin'")
            value = try make(.day(value, zone: zone), value.range)
        }
        return value
    }

    private mutating func parsePrimary() throws -> ExpressionSyntax {
        let token = next
        switch token.kind {
        case .number:
            advance()
            return try make(.number(token.text), token.range)
        case .text:
            advance()
            return try make(.text(token.text), token.range)
        case .symbol where token.text == "(":
            advance()
            let inner = try parseOr()
            try expect(symbol: ")")
            return inner
        case .word where token.text == "true" || token.text == "false":
            advance()
            return try make(.boolean(token.text == "true"), token.range)
        case .word where token.text == "null":
            advance()
            return try make(.null, token.range)
        case .word where token.text == "if" && !token.isFirstOnLine:
            return try parseChoice()
        case .word, .quotedName:
            return try parseNameOrCall()
        default:
            throw unexpected("a column, a number, a text or '('")
        }
    }

    private mutating func parseChoice() throws -> ExpressionSyntax {
        let range = next.range
        advance()
        let condition = try parseOr()
        try expect(word: "then")
        let then = try parseOr()
        try expect(word: "else", "'else' and the other value")
        return try make(.conditional(condition, then: then, otherwise: try parseOr()), range)
    }

    private mutating func parseNameOrCall() throws -> ExpressionSyntax {
        let name = try takeName("a column, a number, a text or '('")
        if next.isSymbol(".") {
            var (fields, length): ([String], Int) = ([], name.range.length)
            while skip(symbol: ".") {
                guard fields.count < Self.depthLimit else { throw Fault(name.range, "nested too deeply") }
                let field = try takeName("a field of \(([name.value] + fields).joined(separator: "."))")
                fields.append(field.value)
                if field.range.line == name.range.line {
                    length = field.range.column + field.range.length - name.range.column
                }
            }
            return try make(
                .field(of: name.value, fields),
                SourceRange(line: name.range.line, column: name.range.column, length: length)
            )
        }
        guard skip(symbol: "(") else { return try make(.name(name.value), name.range) }
        var arguments: [ExpressionSyntax] = []
        repeat { arguments.append(try parseOr()) } while skip(symbol: ",")
        try expect(symbol: ")")
        return try make(.call(name, arguments), name.range)
    }

    // MARK: Limits

    private mutating func make(
        _ binary: BinaryOperator,
        _ left: ExpressionSyntax,
        _ right: ExpressionSyntax
    ) throws -> ExpressionSyntax {
        try make(.binary(binary, left, right), left.range)
    }

    private mutating func make(_ kind: ExpressionSyntax.Kind, _ range: SourceRange) throws -> ExpressionSyntax
    {
        size += 1
        guard size <= Self.sizeLimit else {
            throw Fault(range, "the expression is too long", help: "split the line")
        }
        return ExpressionSyntax(kind: kind, range: range)
    }

    private mutating func nested(
        _ parse: (inout Parser) throws -> ExpressionSyntax
    ) throws -> ExpressionSyntax {
        guard depth < Self.depthLimit else { throw Fault(next.range, "nested too deeply") }
        depth += 1
        defer { depth -= 1 }
        return try parse(&self)
    }
}

extension BinaryOperator {
    var isComparison: Bool {
        switch self {
        case .equal, .unequal, .less, .lessOrEqual, .greater, .greaterOrEqual: true
        case .and, .or, .add, .subtract, .multiply, .concatenate: false
        }
    }
}
