extension Parser {
    mutating func parseExample() throws -> ExampleSyntax {
        let name = try take(.text, "the name of the example in quotes")
        try expect(word: "given", "'given' and a row")
        let row = try take(.json, "a row, such as { \"total_amount\": \"118.00\" }")
        if skip(word: "fails") {
            return ExampleSyntax(name: name, row: row, expectation: .failure(try parseErrorClass()))
        }
        try expect(word: "posts", "'posts' with what is posted, or 'fails' with the kind of failure")
        if skip(word: "nothing") { return ExampleSyntax(name: name, row: row, expectation: .nothing) }
        let date = skip(word: "date") ? try take(.text, "a day in quotes, such as '2026-01-31'") : nil
        let currency = skip(word: "currency") ? try take(.text, "a currency in quotes, such as 'INR'") : nil
        var lines: [ExampleLineSyntax] = []
        while next.isWord("debit") || next.isWord("credit") { lines.append(try parseExampleLine()) }
        guard !lines.isEmpty else { throw unexpected("'nothing', 'debit' or 'credit'") }
        return ExampleSyntax(
            name: name,
            row: row,
            expectation: .lines(lines),
            date: date,
            currency: currency
        )
    }

    private mutating func parseErrorClass() throws -> Located<String> {
        let range = next.range
        let family = try take(.word, "a kind of failure, such as data.missing")
        try expect(symbol: ".")
        let kind = try take(.word, "a kind of failure, such as data.missing")
        let text = "\(family.value).\(kind.value)"
        return Located(
            value: text,
            range: SourceRange(line: range.line, column: range.column, length: text.unicodeScalars.count)
        )
    }

    private mutating func parseExampleLine() throws -> ExampleLineSyntax {
        let side = Located<Side>(value: next.text == "debit" ? .debit : .credit, range: next.range)
        advance()
        let account = try takeAccountCode()
        let sign = skip(symbol: "-") ? "-" : ""
        let amount = try take(.number, "an amount, such as 118.00")
        var line = ExampleLineSyntax(
            side: side,
            account: account,
            amount: Located(value: sign + amount.value, range: amount.range)
        )
        while true {
            if skip(word: "party") {
                line.party = try takeExampleValue()
            } else if skip(word: "dimension") {
                line.dimensions.append((try takeName("the name of the dimension"), try takeExampleValue()))
            } else {
                return line
            }
        }
    }

    private mutating func takeExampleValue() throws -> Located<String> {
        guard next.kind == .text || next.kind == .number else { throw unexpected("a value in quotes") }
        defer { advance() }
        return Located(value: next.text, range: next.range)
    }
}
