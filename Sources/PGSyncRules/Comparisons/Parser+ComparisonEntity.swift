extension Parser {
    /// The words that begin a line of an entity.
    private static let entityOptions = [
        "left", "right", "key", "columns", "copies", "groups", "metrics", "coverage", "weight", "sync",
        "heal",
    ]

    mutating func parseEntity(_ opening: Token) throws -> EntityDraft {
        let name = try takeAnyName("the name of an entity", of: opening)
        try expectEndOfLine()
        var draft = EntityDraft(name: name)
        parseLines(under: opening) { parser in
            let word = parser.next
            do {
                try parser.parseEntityOption(of: &draft)
            } catch {
                draft.unread.insert(
                    Spelling.nearest(to: word.text, among: Self.entityOptions) ?? word.text
                )
                throw error
            }
        }
        return draft
    }

    private mutating func parseEntityOption(of draft: inout EntityDraft) throws {
        let opening = next
        guard opening.kind == .word, Self.entityOptions.contains(opening.text) else {
            throw unknown(opening, among: Self.entityOptions, "a line of an entity begins with")
        }
        advance()
        try note(opening, in: &draft.places, of: "an entity")
        switch opening.text {
        case "left": draft.left = try parseSide(opening)
        case "right": draft.right = try parseSide(opening)
        case "key": draft.key = try parseKey(opening)
        case "columns": draft.columns = try parseColumns(opening, as: .compared)
        case "copies": draft.copied = try parseColumns(opening, as: .copied)
        case "groups":
            try parseList("the name of a column", of: opening) { parser in
                let name = try parser.takeAnyName("the name of a column")
                draft.groups.append(name)
            }
            try expectEndOfList()
        case "metrics": draft.metrics = try parseMetrics(opening)
        case "coverage":
            try expectMore("'of' and an entity", of: opening)
            try expect(word: "of", "'of' and an entity")
            draft.coverage = try takeAnyName("the name of an entity", of: opening)
        case "weight": draft.weight = try takeCount(1...1_000, "a weight", of: opening)
        case "sync":
            try expectMore("'above' and a number of rows", of: opening)
            try expect(word: "above", "'above' and a number of rows")
            draft.syncAbove = try takeCount(0...1_000_000_000, "a number of rows", of: opening)
        default: draft.heal = try parseHeal(opening)
        }
    }

    // MARK: Sides

    private mutating func parseSide(_ opening: Token) throws -> SideDraft {
        let expected = "a table, such as public.items, or a stream, such as import shop.items"
        try expectMore(expected, of: opening)
        var database: Located<String>?
        let place: ComparisonSide.Place
        // A schema may be called import.
        if next.isWord("import"), !following.isSymbol(".") {
            let word = next
            advance()
            let name = try takeAnyName("an import and its stream, such as import shop.items", of: word)
            guard !endsLine, skip(symbol: ".") else {
                throw Fault(
                    name.range,
                    "the import \(name.value) lacks its stream",
                    help: "write it behind a dot, such as import \(name.value).items"
                )
            }
            let stream = try takeAnyName("the name of a stream", of: word)
            place = .stream(import: name.value, stream: stream.value)
        } else {
            let first = try takeAnyName(expected)
            if !endsLine, next.kind == .quotedName || next.kind == .word && next.text != "where" {
                database = first
                let schema = try takeAnyName("the table, such as public.items")
                place = .database(first.value, try takeTable(in: schema, of: opening))
            } else {
                place = .here(try takeTable(in: first, of: opening))
            }
        }
        let conditions = try parseConditions(of: opening)
        guard endsLine else {
            throw unexpected(
                conditions.isEmpty
                    ? "'where' and conditions, or the end of the line" : "'and', or the end of the line"
            )
        }
        return SideDraft(side: ComparisonSide(place: place, conditions: conditions), database: database)
    }

    /// What follows a schema.
    private mutating func takeTable(in schema: Located<String>, of opening: Token) throws -> TableName {
        guard !endsLine, skip(symbol: ".") else {
            throw Fault(
                schema.range,
                "the table \(schema.value) lacks its schema",
                help: "write it before a dot, such as public.\(schema.value)"
            )
        }
        return TableName(
            schema: schema.value,
            name: try takeAnyName("the name of a table", of: opening).value
        )
    }

    // MARK: Conditions

    /// Reads 'where' and conditions with 'and' between them, or nothing; both words may begin lines below that are
    /// indented deeper.
    mutating func parseConditions(of opening: Token) throws -> [ComparisonCondition] {
        var conditions: [ComparisonCondition] = []
        var word = next
        guard continues(opening), skip(word: "where") else { return [] }
        repeat {
            conditions.append(try parseCondition(word))
            word = next
            if continues(opening), word.isWord("or") {
                throw Fault(
                    word.range,
                    "conditions are joined by 'and' only",
                    help: "make a view that has the rows you mean, and compare it"
                )
            }
        } while continues(opening) && skip(word: "and")
        return conditions
    }

    private mutating func parseCondition(_ opening: Token) throws -> ComparisonCondition {
        let expected = "=, <>, <, <=, >, >= or 'is'"
        let column = try takeAnyName("a condition, such as status = 'active'", of: opening)
        guard !endsLine else {
            throw Fault(
                column.range,
                "'\(column.value)' lacks \(expected)",
                help: "a condition compares a column with a value, such as \(column.value) = 1"
            )
        }
        let sign = next
        if skip(word: "is") {
            try expectMore("'null' or 'not null'", of: sign)
            let word = next
            let isNegated = skip(word: "not")
            if isNegated { try expectMore("'null'", of: word) }
            try expect(word: "null", isNegated ? "'null'" : "'null' or 'not null'")
            return ComparisonCondition(column: column.value, test: isNegated ? .isNotNull : .isNull)
        }
        guard sign.kind == .symbol, BinaryOperator(rawValue: sign.text)?.isComparison == true else {
            throw Fault(
                sign.range,
                "expected \(expected), found \(sign.name)",
                help: "make a view for conditions of another kind, and compare it"
            )
        }
        advance()
        let value = try takeComparedValue(of: sign)
        return ComparisonCondition(column: column.value, test: .compared(sign.text, value))
    }

    /// A value as it is written, without quotes.
    private mutating func takeComparedValue(of sign: Token) throws -> String {
        let expected = "a number, a text in single quotes, true or false"
        try expectMore(expected, of: sign)
        let written = next
        switch written.kind {
        case .text, .number:
            advance()
            return written.text
        case .symbol where written.text == "-":
            advance()
            return "-" + (try take(.number, "a number").value)
        case .word where written.text == "true" || written.text == "false":
            advance()
            return written.text
        case .word where written.text == "null":
            throw Fault(written.range, "nothing equals null", help: "write 'is null' or 'is not null'")
        case .word, .quotedName:
            throw Fault(
                written.range,
                "expected \(expected), found \(written.name)",
                help: "put a text in single quotes: '\(written.text)'"
            )
        default: throw unexpected(expected)
        }
    }

    // MARK: Healing

    private mutating func parseHeal(_ opening: Token) throws -> HealDraft {
        let expected = "'by' and how: copy, import or fetch"
        try expectMore(expected, of: opening)
        if next.isWord("at") {
            throw Fault(
                next.range,
                "expected \(expected), found 'at'",
                help: "how many rows are mended at most is said above all entities"
            )
        }
        try expect(word: "by", expected)
        let word = next
        switch try takeWord(among: ["copy", "import", "fetch"], of: opening) {
        case "copy":
            guard continues(opening) else { return .copy(deletes: false) }
            try expect(word: "with", "'with deletes', or the end of the line")
            try expectMore("'with deletes'", of: word)
            try expect(word: "deletes")
            return .copy(deletes: true)
        case "import":
            guard !endsLine else { return .importOfLeft(word.range) }
            let name = try takeAnyName("the name of an import").value
            guard !endsLine else { return .import(name, stream: nil) }
            guard skip(symbol: ".") else { throw unexpected("a dot and a stream, or the end of the line") }
            return .import(name, stream: try takeAnyName("the name of a stream", of: word).value)
        default:
            let column = try takeAnyName("a column that has URLs", of: word)
            let expected = "'from' and hosts, such as from 'img.example'"
            try expectMore(expected, of: word)
            let from = next
            try expect(word: "from", expected)
            try expectMore("a host in single quotes", of: from)
            var hosts: [Located<String>] = []
            try parseList("a host in single quotes", of: opening) { parser in
                let host = try parser.takeHost()
                if hosts.contains(where: { $0.value == host.value }) {
                    throw Fault(host.range, "the host \(host.value) is listed twice", help: "delete one")
                }
                hosts.append(host)
            }
            try expectEndOfList()
            return .fetch(column: column, hosts: hosts)
        }
    }

    private mutating func takeHost() throws -> Located<String> {
        let host = try take(.text, "a host in single quotes")
        guard ImportAddress.isHost(host.value) else {
            throw Fault(
                host.range,
                "'\(host.value)' is not the name of a host",
                help: "write it without http:// and without a port"
            )
        }
        return Located(value: host.value.lowercased(), range: host.range)
    }
}
