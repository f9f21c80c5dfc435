import Days

extension Parser {
    /// The words that begin a line of a stream.
    private static let streamOptions = [
        "get", "with", "page", "offset", "cursor", "link", "next", "after", "rows", "row", "count", "changed",
        "item",
        "history", "remembers", "deletes", "unknown", "private", "column", "example",
    ]
    private static let manyOptions: Set = ["with", "column", "example"]
    private static let pagers: Set = ["page", "offset", "cursor", "link", "next", "after"]

    mutating func parseStream(_ opening: Token) throws -> StreamDraft {
        let name = try takeAnyName("the name of a stream", of: opening)
        var after: [Located<String>] = []
        if next.isWord("after") {
            let word = next
            advance()
            after = try takeNames("the name of a stream", of: word)
        }
        try expectMore("'into' and a table, such as into crm.merchants", of: opening)
        try expect(word: "into", "'into' and a table, such as into crm.merchants")
        let target = try parseTable()
        try expectMore("'key' and columns, such as key id", of: opening)
        let word = next
        try expect(word: "key", "'key' and columns, such as key id")
        let key = try takeNames("a column of the key", of: word)
        try expectEndOfLine()
        var draft = StreamDraft(stream: ImportStream(name: name.value, target: target.value), name: name)
        (draft.after, draft.key) = (after, key)
        (draft.stream.after, draft.stream.key) = (after.map(\.value), key.map(\.value))
        parseLines(under: opening) { parser in
            let word = parser.next
            do {
                try parser.parseStreamOption(of: &draft)
            } catch {
                draft.unread.insert(Self.pagers.contains(word.text) ? "pager" : word.text)
                throw error
            }
        }
        return draft
    }

    private mutating func parseStreamOption(of draft: inout StreamDraft) throws {
        let opening = next
        guard opening.kind == .word, Self.streamOptions.contains(opening.text) else {
            throw unknown(opening, among: Self.streamOptions, "a line of a stream begins with")
        }
        advance()
        if Self.pagers.contains(opening.text) {
            guard draft.places.updateValue(opening.range, forKey: "pager") == nil else {
                throw Fault(opening.range, "a stream can have one way to its pages, and has two")
            }
            return draft.stream.pager = try parsePager(opening, of: &draft)
        }
        if !Self.manyOptions.contains(opening.text) {
            let place = opening.text == "row" ? "rows" : opening.text
            guard draft.places.updateValue(opening.range, forKey: place) == nil else {
                throw Fault(opening.range, "a stream can have '\(place)' only once")
            }
        }
        switch opening.text {
        case "get": draft.stream.path = try takeURLPath("a path, such as '/merchants'", of: opening).value
        case "with":
            let name = try takeParameter(of: opening, &draft, isRepeatable: true)
            try expectMore("a value in single quotes", of: opening)
            let value = try take(.text, "a value in single quotes").value
            draft.stream.parameters.append(ImportParameter(name: name, value: value))
        case "rows":
            draft.stream.rowsPath = try takeJSONPath("the path of the rows, such as 'data'", of: opening)
        case "row":
            draft.stream.isOneRow = true
            if next.kind == .text {
                draft.stream.rowsPath = try takeJSONPath("the path of the row, such as 'data'", of: opening)
            }
        case "count": draft.stream.countPath = try takeJSONPath("the path of a number", of: opening)
        case "changed": try parseChanged(opening, of: &draft)
        case "item":
            let path = try takeURLPath("a path, such as '/merchants/{id}'", of: opening, hasPlaces: true)
            draft.stream.itemPath = path.value
            draft.places["item"] = path.range
        case "history": try parseHistory(opening, of: &draft)
        case "remembers":
            let span = try takeDuration("a span, such as 30 days", of: opening)
            guard span.value > .zero else {
                throw Fault(span.range, "an API that remembers nothing tells no changes")
            }
            draft.stream.remembers = span.value
        case "deletes": try parseDeletes(opening, of: &draft)
        case "unknown":
            let words = UnknownFields.allCases.map(\.rawValue)
            draft.stream.unknown = UnknownFields(rawValue: try takeWord(among: words, of: opening)) ?? .ignore
        case "private":
            draft.privateColumns = try takeNames("the name of a column", of: opening)
            draft.stream.privateColumns = draft.privateColumns.map(\.value)
        case "column": try parseColumn(opening, of: &draft)
        default: draft.stream.examples.append(try parseImportExample(opening))
        }
    }

    /// The name of a parameter of the query, which only `with` can have twice.
    private mutating func takeParameter(
        of opening: Token,
        _ draft: inout StreamDraft,
        isRepeatable: Bool = false
    ) throws -> String {
        let name = try takeText("the name of a parameter in single quotes", of: opening)
        if !isRepeatable || !draft.stream.parameters.contains(where: { $0.name == name.value }) {
            if draft.parameters.contains(where: { $0.value == name.value }) {
                throw Fault(name.range, "the parameter '\(name.value)' has two values")
            }
            draft.parameters.append(name)
        }
        return name.value
    }

    // MARK: Pages

    private mutating func parsePager(_ opening: Token, of draft: inout StreamDraft) throws -> ImportPager {
        switch opening.text {
        case "page":
            let parameter = try takeParameter(of: opening, &draft)
            let first =
                skip(word: "from") ? try takeCount(0...1_000_000, "a number of a page", of: opening) : 1
            let size = try parseSize(&draft)
            return .page(parameter: parameter, first: first, size: size, end: try parseEnd(opening, size))
        case "offset":
            let parameter = try takeParameter(of: opening, &draft)
            try expectMore("'size', a parameter and a number", of: opening)
            guard let size = try parseSize(&draft) else {
                throw unexpected("'size', a parameter and a number, such as size 'limit' 100")
            }
            return .offset(parameter: parameter, size: size, end: try parseEnd(opening, size))
        case "cursor":
            let path = try takeJSONPath("the path of a cursor, such as 'meta.next'", of: opening)
            try expectMore("'as' and a parameter", of: opening)
            try expect(word: "as", "'as' and a parameter")
            let parameter = try takeParameter(of: opening, &draft)
            return .cursor(path: path, parameter: parameter, size: try parseSize(&draft))
        case "link": return .link(size: try parseSize(&draft))
        case "next":
            let path = try takeJSONPath("the path of a URL, such as 'links.next'", of: opening)
            return .next(path: path, size: try parseSize(&draft))
        default:
            let parameter = try takeParameter(of: opening, &draft)
            let size = try parseSize(&draft)
            return .after(parameter: parameter, size: size, end: try parseEnd(opening, size))
        }
    }

    private mutating func parseSize(_ draft: inout StreamDraft) throws -> PageSize? {
        let word = next
        guard !word.isFirstOnLine, skip(word: "size") else { return nil }
        let parameter = try takeParameter(of: word, &draft)
        return PageSize(
            parameter: parameter,
            rows: try takeCount(1...1_000_000, "a number of rows", of: word)
        )
    }

    private mutating func parseEnd(_ opening: Token, _ size: PageSize?) throws -> PageEnd {
        try expectMore("'until' and what ends it: empty, short or flag", of: opening)
        let until = next
        try expect(word: "until", "'until' and what ends it: empty, short or flag")
        let word = next
        switch try takeWord(among: ["empty", "short", "flag"], of: until) {
        case "empty": return .empty
        case "short":
            guard size != nil else {
                throw Fault(
                    word.range,
                    "no page is short that has no size",
                    help: "say how many rows a page has, such as size 'limit' 100, or write until empty"
                )
            }
            return .short
        default: return .flag(try takeJSONPath("the path of a flag, such as 'has_more'", of: word))
        }
    }

    // MARK: Changes

    private mutating func parseChanged(_ opening: Token, of draft: inout StreamDraft) throws {
        let column = try takeAnyName("a column", of: opening)
        try expectMore("'since' and a parameter", of: opening)
        try expect(word: "since", "'since' and a parameter")
        let since = try takeParameter(of: opening, &draft)
        let before = skip(word: "before") ? try takeParameter(of: opening, &draft) : nil
        var form = ImportChanged.Form.iso
        if next.isWord("as") {
            let word = next
            advance()
            let words = ImportChanged.Form.allCases.map(\.rawValue)
            form = ImportChanged.Form(rawValue: try takeWord(among: words, of: word)) ?? .iso
        }
        let lookback =
            skip(word: "lookback") ? try takeDuration("a span, such as 2 h", of: opening).value : .zero
        draft.changedColumn = column
        draft.stream.changed = ImportChanged(
            column: column.value,
            since: since,
            before: before,
            form: form,
            lookback: lookback
        )
    }

    private mutating func parseHistory(_ opening: Token, of draft: inout StreamDraft) throws {
        try expectMore("'from' and a day", of: opening)
        let word = next
        try expect(word: "from", "'from' and a day")
        let from = try takeDay(of: word).value
        var step: ImportHistory.Step?
        if next.isWord("by") {
            let word = next
            advance()
            let words = ImportHistory.Step.allCases.map(\.rawValue)
            step = ImportHistory.Step(rawValue: try takeWord(among: words, of: word))
            draft.places["by"] = word.range
        }
        draft.stream.history = ImportHistory(from: from, step: step)
    }

    private mutating func parseDeletes(_ opening: Token, of draft: inout StreamDraft) throws {
        try expectMore("'sweep' and how often", of: opening)
        let word = next
        try expect(word: "sweep", "'sweep' and how often")
        let words = ImportDeletes.Sweep.allCases.map(\.rawValue)
        let sweep = ImportDeletes.Sweep(rawValue: try takeWord(among: words, of: word)) ?? .weekly
        try expectMore("'then remove' or 'then mark' and a column", of: opening)
        try expect(word: "then", "'then remove' or 'then mark' and a column")
        let action = next
        if try takeWord(among: ["remove", "mark"], of: opening) == "remove" {
            draft.stream.deletes = ImportDeletes(sweep: sweep, action: .remove)
        } else {
            let column = try takeAnyName("a column of the table", of: action)
            draft.markColumn = column
            draft.stream.deletes = ImportDeletes(sweep: sweep, action: .mark(column: column.value))
        }
    }
}
