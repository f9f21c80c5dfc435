extension Parser {
    /// The words that begin a line of a comparison.
    private static let comparisonOptions = ["sides", "database", "settle", "heal", "entity"]
    /// Those that can be there many times.
    private static let manyOptions: Set = ["database", "entity"]

    /// Reads a comparison: its name and version, and its lines, indented below; nil where even that is not there.
    mutating func parseComparisons() -> ComparisonDraft? {
        var draft: ComparisonDraft?
        while next.kind != .end {
            let level = next.range.column
            recovering(until: { $0.range.column <= level }) { parser in
                let opening = parser.next
                guard parser.skip(word: "compare") else {
                    throw Fault(
                        opening.range,
                        "expected 'compare' and a name, found \(opening.name)",
                        help: draft == nil
                            ? "begin with a line such as: compare shop version 1"
                            : "indent what belongs to the comparison"
                    )
                }
                if draft != nil {
                    throw Fault(
                        opening.range,
                        "there are two comparisons",
                        help: "a file has one; write the other into a file of its own"
                    )
                }
                draft = try parser.parseComparison(opening)
            }
        }
        if draft == nil, faults.isEmpty {
            recovering(until: { _ in true }) { parser in
                throw Fault(
                    parser.next.range,
                    "there is no comparison",
                    help: "begin with a line such as: compare shop version 1"
                )
            }
        }
        return draft
    }

    private mutating func parseComparison(_ opening: Token) throws -> ComparisonDraft {
        let name = try takeAnyName("the name of the comparison", of: opening)
        try expectMore("'version' and a number", of: opening)
        try expect(word: "version", "'version' and a number")
        let version = try takeCount(1...1_000_000_000, "the number of the version", of: opening)
        var draft = ComparisonDraft(
            comparison: Comparison(name: name.value, version: version),
            name: name
        )
        if !endsLine {
            let word = next
            try expect(word: "every", "'every' and a span, or the end of the line")
            let span = try takeDuration("a span, such as 6 h", of: word)
            guard span.value >= .seconds(60) else {
                throw Fault(
                    span.range,
                    "a comparison is made every minute at most",
                    help: "write 1 min, or longer"
                )
            }
            draft.comparison.every = span.value
            try expectEndOfLine()
        }
        parseLines(under: opening) { parser in
            let word = parser.next
            do {
                try parser.parseComparisonOption(of: &draft)
            } catch {
                draft.unread.insert(
                    Spelling.nearest(to: word.text, among: Self.comparisonOptions) ?? word.text
                )
                throw error
            }
        }
        return draft
    }

    private mutating func parseComparisonOption(of draft: inout ComparisonDraft) throws {
        let opening = next
        guard opening.kind == .word, Self.comparisonOptions.contains(opening.text) else {
            throw unknown(opening, among: Self.comparisonOptions, "a line of a comparison begins with")
        }
        advance()
        if !Self.manyOptions.contains(opening.text) {
            try note(opening, in: &draft.places, of: "a comparison")
        }
        switch opening.text {
        case "sides": try parseSides(opening, of: &draft)
        case "database": try parseDatabase(opening, of: &draft)
        case "settle":
            let span = try takeDuration("a span, such as 10 s", of: opening)
            guard span.value <= .seconds(600) else {
                throw Fault(span.range, "rows settle within 10 min", help: "write a span from 0 s to 10 min")
            }
            draft.comparison.settle = span.value
        case "heal":
            let expected = "'at most' and a number of rows"
            try expectMore(expected, of: opening)
            if next.isWord("by") {
                throw Fault(
                    next.range,
                    "expected \(expected), found 'by'",
                    help: "how rows are mended is said below their entity"
                )
            }
            try expect(word: "at", expected)
            try expect(word: "most", expected)
            draft.comparison.healLimit = try takeCount(1...1_000_000, "a number of rows", of: opening)
            try expectMore("'rows'", of: opening)
            if !skip(word: "rows") { try expect(word: "row", "'rows'") }
        default: draft.entities.append(try parseEntity(opening))
        }
    }

    private mutating func parseSides(_ opening: Token, of draft: inout ComparisonDraft) throws {
        let expected = "the names of both sides, such as Shop, Books"
        let left = try takeAnyName(expected, of: opening)
        try expectMore("a comma and the name of the right side", of: opening)
        try expect(symbol: ",")
        let right = try takeAnyName("the name of the right side", of: opening)
        guard left.value != right.value else {
            throw Fault(right.range, "both sides are called \(right.value)", help: "give them two names")
        }
        (draft.comparison.leftName, draft.comparison.rightName) = (left.value, right.value)
    }

    /// Reads where the connection string of a database is.
    ///
    /// What stands in this line instead may be the string itself, with a password, and is not shown.
    private mutating func parseDatabase(_ opening: Token, of draft: inout ComparisonDraft) throws {
        let help = "such as database branch env:BRANCH_URL"
        try expectMore("a name, and where its connection string is", of: opening)
        guard next.kind == .word || next.kind == .quotedName else {
            throw Fault(next.range, "expected the name of a database", help: help)
        }
        let name = try takeAnyName("the name of a database", of: opening)
        guard name.value != "import" else {
            throw Fault(name.range, "a database cannot be called import", help: "this word begins a side")
        }
        if let first = draft.databases.first(where: { $0.value == name.value }) {
            throw Fault(
                name.range,
                "there are two databases \(name.value)",
                help: "the other is in line \(first.range.line)"
            )
        }
        // Noted at once, so that one that cannot be read is not missed as well.
        draft.databases.append(name)
        let reference = try takeSecret(of: opening, called: "a connection string")
        guard endsLine else {
            throw Fault(next.range, "expected the end of the line behind \(reference.value)", help: help)
        }
        draft.comparison.databases[name.value] = reference.value
    }

    // MARK: Lines

    /// Whether nothing is left of the line.
    var endsLine: Bool { next.isFirstOnLine || next.kind == .end }

    /// Whether what comes next belongs to a line: it stands in it, or deeper below it.
    func continues(_ opening: Token) -> Bool {
        next.kind != .end && (!next.isFirstOnLine || next.range.column > opening.range.column)
    }

    /// Notes an option that can be there once.
    func note(_ opening: Token, in places: inout [String: SourceRange], of thing: String) throws {
        if let first = places.updateValue(opening.range, forKey: opening.text) {
            places[opening.text] = first
            throw Fault(
                opening.range,
                "\(thing) can have '\(opening.text)' only once",
                help: "the first is in line \(first.line)"
            )
        }
    }

    /// Reads things with commas between them; a list may go on in lines below that are indented deeper.
    mutating func parseList(
        _ expected: String,
        of opening: Token,
        _ item: (inout Parser) throws -> Void
    ) throws {
        try expectMore(expected, of: opening)
        while true {
            try item(&self)
            let comma = next
            guard continues(opening), skip(symbol: ",") else { return }
            guard continues(opening) else {
                throw Fault(
                    comma.range,
                    "behind this comma, \(expected) is missing",
                    help: "a list goes on in the same line, or deeper below it"
                )
            }
        }
    }
}
