extension Parser {
    /// What a column is there for.
    enum ColumnUse {
        case key, compared, copied

        /// The words that may stand behind its name, besides a type.
        fileprivate var words: [String] {
            let forms = ComparedColumn.Form.allCases.map(\.rawValue)
            return switch self {
            case .key: ["as"] + forms
            case .compared: ["as"] + forms + ["within"]
            case .copied: ["as"]
            }
        }
    }

    /// Columns of the key, in parentheses or without.
    mutating func parseKey(_ opening: Token) throws -> [Located<ComparedColumn>] {
        guard !endsLine, skip(symbol: "(") else { return try parseColumns(opening, as: .key) }
        var columns: [Located<ComparedColumn>] = []
        try parseList("the name of a column", of: opening) { parser in
            columns.append(try parser.takeComparedColumn(as: .key))
        }
        guard continues(opening), skip(symbol: ")") else { throw unexpected("',' or ')'") }
        return columns
    }

    mutating func parseColumns(
        _ opening: Token,
        as use: ColumnUse
    ) throws -> [Located<ComparedColumn>] {
        var columns: [Located<ComparedColumn>] = []
        try parseList("the name of a column", of: opening) { parser in
            columns.append(try parser.takeComparedColumn(as: use))
        }
        try expectEndOfList()
        return columns
    }

    func expectEndOfList() throws {
        guard endsLine else { throw unexpected("',' or the end of the line") }
    }

    private mutating func takeComparedColumn(as use: ColumnUse) throws -> Located<ComparedColumn> {
        let name = try takeAnyName("the name of a column")
        var column = ComparedColumn(name.value)
        var seen: Set<String> = []
        while !endsLine, !next.isSymbol(","), !next.isSymbol(")") {
            let word = next
            let isType = word.kind == .word && ImportType.words.contains { $0.word == word.text }
            guard word.kind == .word, use.words.contains(word.text) || isType && use != .copied else {
                throw unexpected(word, behind: use)
            }
            guard seen.insert(isType ? "type" : word.text).inserted else {
                throw Fault(
                    word.range,
                    isType ? "a column has one type" : "a column can have '\(word.text)' only once",
                    help: "delete one, or put a comma between two columns"
                )
            }
            if isType {
                column.type = try takeImportType(of: word)
                continue
            }
            advance()
            switch word.text {
            case "as": column.rightName = try takeAnyName("the name on the right side", of: word).value
            case "within": column.within = try takeDistance(of: word)
            default: column.forms.formUnion(ComparedColumn.Form(rawValue: word.text).map { [$0] } ?? [])
            }
        }
        return Located(value: column, range: name.range)
    }

    /// How far two numbers may be apart.
    private mutating func takeDistance(of opening: Token) throws -> String {
        try expectMore("a positive number, such as 0.01", of: opening)
        let number = try take(.number, "a positive number, such as 0.01")
        guard number.value.contains(where: { ("1"..."9").contains($0) }) else {
            throw Fault(
                number.range,
                "\(number.value) is not a positive number",
                help: "without 'within', numbers are compared exactly"
            )
        }
        return number.value
    }

    /// Why a word cannot stand behind the name of a column.
    private func unexpected(_ word: Token, behind use: ColumnUse) -> Fault {
        switch (use, word.isWord("within")) {
        case (.key, true):
            return Fault(
                word.range,
                "a column of the key cannot have 'within'",
                help: "keys are equal or not; give both one type, such as numeric(12,2)"
            )
        case (.copied, _) where word.kind == .word:
            let types = ImportType.words.map(\.word)
            guard (ColumnUse.compared.words + types).contains(word.text) else { break }
            return Fault(
                word.range,
                "a column that is copied cannot have '\(word.text)'",
                help: "it is copied as it is; only 'as' and its name on the right side may follow"
            )
        default: break
        }
        let words = use.words
        let list = words.map { "'\($0)'" }.joined(separator: ", ")
        let known = use == .copied ? [] : ImportType.words.map(\.word)
        let meant =
            (use == .copied ? nil : Self.otherTypes[word.text.lowercased()])
            ?? Spelling.nearest(to: word.text, among: words + known)
        return Fault(
            word.range,
            "expected \(use == .copied ? "" : "a type, ")\(list), ',' or the end of the line, found \(word.name)",
            help: meant.map { "did you mean \($0)?" } ?? "put a comma between two columns"
        )
    }

    // MARK: Metrics

    /// Names of figures elsewhere, and what they are here.
    private static let otherFigures = [
        "avg": "average", "mean": "average", "total": "sum", "number": "count", "rows": "count",
    ]

    mutating func parseMetrics(_ opening: Token) throws -> [Located<ComparisonMetric>] {
        var metrics: [Located<ComparisonMetric>] = []
        try parseList("the name of a metric", of: opening) { parser in
            let word = parser.next
            let name = try parser.takeAnyName("the name of a metric")
            let figure = try parser.takeFigure(of: word)
            let conditions = try parser.parseConditions(of: opening)
            metrics.append(
                Located(
                    value: ComparisonMetric(name: name.value, figure: figure, conditions: conditions),
                    range: name.range
                )
            )
            guard parser.endsLine || parser.next.isSymbol(",") else {
                throw parser.unexpected(
                    conditions.isEmpty
                        ? "'where' and conditions, ',' or the end of the line"
                        : "'and', ',' or the end of the line"
                )
            }
        }
        return metrics
    }

    private mutating func takeFigure(of name: Token) throws -> ComparisonMetric.Figure {
        let words = ["count", "sum", "average"]
        let expected = "count, sum or average"
        try expectMore(expected, of: name)
        let word = next
        guard word.kind == .word, words.contains(word.text) else {
            throw Fault(
                word.range,
                "expected \(expected), found \(word.name)",
                help: (Self.otherFigures[word.text.lowercased()]
                    ?? Spelling.nearest(to: word.text, among: words))
                    .map { "did you mean \($0)?" } ?? "such as active count, or value sum rate * stock"
            )
        }
        advance()
        guard word.text != "count" else { return .count }
        let column = try takeAnyName("a column, such as \(word.text) rate", of: word).value
        var factor: String?
        if !endsLine, next.isSymbol("*") {
            let sign = next
            advance()
            factor = try takeAnyName("a column", of: sign).value
        }
        return word.text == "sum" ? .sum(column, times: factor) : .average(column, times: factor)
    }
}
