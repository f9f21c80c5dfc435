extension Parser {
    /// The words that open a line of a rule.
    private static let openings: Set<String> = [
        "assert", "column", "credit", "currency", "date", "debit", "describe", "else", "example", "for", "if",
        "let", "map", "rule", "together", "use", "when",
    ]

    /// Those of them that begin a statement.
    static let statements: Set<String> = ["assert", "credit", "debit", "for", "if", "let"]

    mutating func parseRule(from start: SourcePoint) throws -> RuleSyntax {
        let name = try takeName("the name of the rule")
        try expect(word: "version")
        let version = try take(.number, "the number of the version")
        try expect(word: "on", "'on' and the table")
        let written = try parseTable()
        let table = Located(value: written.value.description, range: written.range)
        var rule = RuleSyntax(name: name, version: version, table: table, extent: extent(from: start))
        unreadChoices = []
        while !opensPart, next.kind != .end {
            let (opening, name, known) = (next.text, following.text, faults.count)
            recovering(at: Self.openings, orLevel: true) { try $0.parseSection(of: &rule) }
            guard faults.count > known else { continue }
            rule.unread.insert(opening)
            if opening == "column" || opening == "let" { rule.unreadNames.insert(name) }
        }
        rule.extent = extent(from: start)
        return rule
    }

    mutating func parseTable() throws -> Located<TableName> {
        let schema = try takeName("the table, such as public.bills")
        guard skip(symbol: ".") else {
            if next.isFirstOnLine {
                throw Fault(
                    schema.range,
                    "the table lacks its schema",
                    help: "write it with its schema, such as public.\(schema.value)"
                )
            }
            throw unexpected("the table with its schema, such as public.\(schema.value)")
        }
        let table = try takeName("the name of the table")
        return Located(
            value: TableName(schema: schema.value, name: table.value),
            range: schema.range.through(table.range)
        )
    }

    private mutating func parseSection(of rule: inout RuleSyntax) throws {
        let opening = next
        guard opening.kind == .word else {
            throw unexpected("a line that begins with 'debit', 'credit' or 'when'")
        }
        switch opening.text {
        case "together":
            advance()
            try expect(word: "with", "'with' and the other rule")
            repeat {
                rule.partners.append(try takeName("the name of the other rule"))
            } while skip(symbol: ",")
        case "column":
            advance()
            rule.columns.append(try parseColumn())
        case "when":
            advance()
            try refuseSecond(opening, rule.condition != nil)
            rule.condition = try parseExpression()
        case "date":
            advance()
            try refuseSecond(opening, rule.date != nil)
            rule.date = try parseExpression()
        case "currency":
            advance()
            try refuseSecond(opening, rule.currency != nil)
            rule.currency = try parseExpression()
        case "describe":
            advance()
            try refuseSecond(opening, rule.description != nil)
            rule.description = try parseExpression()
        case "let":
            advance()
            rule.lets.append(try parseLet())
        case "example":
            advance()
            rule.examples.append(try parseExample())
        default:
            rule.statements.append(try parseStatement())
        }
    }

    private func refuseSecond(_ opening: Token, _ isThere: Bool) throws {
        if isThere { throw Fault(opening.range, "a rule can have '\(opening.text)' only once") }
    }

    private mutating func parseLet() throws -> LetSyntax {
        let name = try takeName("a name for the value")
        try expect(symbol: "=")
        return LetSyntax(name: name, value: try parseExpression())
    }

    private mutating func parseColumn(inside outer: String? = nil) throws -> ColumnSyntax {
        let name = try takeName("the name of the column")
        let type = try parseType()
        guard type.value == "list" || type.value == "object" else {
            return ColumnSyntax(name: name, type: type, fields: [])
        }
        if type.value == "list", let outer { throw Fault(type.range, "\(outer) cannot hold lists") }
        depth += 1
        defer { depth -= 1 }
        guard depth < Self.depthLimit else { throw Fault(type.range, "nested too deeply") }
        try expect(symbol: "(")
        var fields: [ColumnSyntax] = []
        repeat {
            fields.append(try parseColumn(inside: outer ?? (type.value == "list" ? "a list" : "an object")))
        } while skip(symbol: ",")
        try expect(symbol: ")")
        return ColumnSyntax(name: name, type: type, fields: fields)
    }

    private mutating func parseType() throws -> Located<String> {
        let start = next.range
        if skip(word: "date") { return Located(value: "date", range: start) }
        if next.isWord("minor"), following.isWord("money") {
            let range = start.through(following.range)
            advance()
            advance()
            return Located(value: "minor money", range: range)
        }
        let names = ColumnType.names
        return try takeName(
            "its type: \(names.dropLast().joined(separator: ", ")) or \(names[names.count - 1])"
        )
    }

    // MARK: Statements

    private mutating func parseStatement() throws -> StatementSyntax {
        let opening = next
        guard opening.kind == .word else {
            throw unexpected("'debit', 'credit', 'for each', 'if' or 'assert'")
        }
        depth += 1
        defer { depth -= 1 }
        advance()
        guard depth < Self.depthLimit else {
            // What stands below is nested more deeply still, and need not be told again.
            while next.kind != .end, !next.isFirstOnLine || next.range.column > opening.range.column {
                advance()
            }
            throw Fault(opening.range, "nested too deeply")
        }
        switch opening.text {
        case "debit": return .line(try parseLine(Located(value: .debit, range: opening.range)))
        case "credit": return .line(try parseLine(Located(value: .credit, range: opening.range)))
        case "assert":
            let condition = try parseExpression()
            let message = next.kind == .text ? try take(.text, "a message") : nil
            return .assert(condition, message: message)
        case "let": return .letting(try parseLet())
        case "for":
            try expect(word: "each", "'each' and a list")
            let list = try takeName("a list")
            try expect(word: "as", "'as' and a short name for one element")
            let element = try takeName("a short name for one element")
            return .forEach(list: list, element: element, try parseBlock(under: opening))
        case "if":
            return try parseConditional(opening)
        case "else" where unreadChoices.contains(opening.range.column):
            while next.kind != .end, !next.isFirstOnLine { advance() }
            throw Fault(opening.range, "this 'else' belongs to no 'if'", isConsequence: true)
        default:
            throw Fault(
                opening.range,
                "a line cannot begin with '\(opening.text)'",
                help: Spelling.nearest(to: opening.text, among: Self.openings).map { "did you mean '\($0)'?" }
            )
        }
    }

    private mutating func parseConditional(_ opening: Token) throws -> StatementSyntax {
        let condition = try parseExpression()
        let then = try parseBlock(under: opening)
        guard next.isWord("else"), next.isFirstOnLine, next.range.column == opening.range.column else {
            return .conditional(condition, then: then, otherwise: [])
        }
        advance()
        guard !next.isWord("if") || next.isFirstOnLine else {
            depth += 1
            defer { depth -= 1 }
            // The lines below it take one level more.
            guard depth < Self.depthLimit - 1 else {
                unreadChoices.insert(opening.range.column)
                throw Fault(next.range, "too many alternatives")
            }
            advance()
            return .conditional(condition, then: then, otherwise: [try parseConditional(opening)])
        }
        return .conditional(condition, then: then, otherwise: try parseBlock(under: opening))
    }

    /// The lines below an opening that are indented deeper.
    private mutating func parseBlock(under opening: Token) throws -> [StatementSyntax] {
        var statements: [StatementSyntax] = []
        let faultsBefore = faults.count
        while next.isFirstOnLine, next.kind != .end, next.range.column > opening.range.column {
            recovering(at: Self.openings, orLevel: true) { statements.append(try $0.parseStatement()) }
        }
        guard !statements.isEmpty || faults.count > faultsBefore else {
            throw Fault(
                opening.range,
                "nothing can be below '\(opening.text)'",
                help: "indent the lines that belong to it"
            )
        }
        return statements
    }

    private mutating func parseLine(_ side: Located<Side>) throws -> LineSyntax {
        var line = LineSyntax(side: side, account: try parseAccount(), amount: try parseExpression())
        while !next.isFirstOnLine {
            if skip(word: "skip") {
                try expect(word: "zero")
                line.skipsZero = true
            } else if skip(word: "party") {
                line.party = try parseExpression()
            } else if skip(word: "dimension") {
                line.dimensions.append((try takeName("the name of the dimension"), try parseExpression()))
            } else {
                break
            }
        }
        guard next.isFirstOnLine || next.kind == .end else {
            throw unexpected("'skip zero', 'party', 'dimension' or the end of the line")
        }
        return line
    }
}
