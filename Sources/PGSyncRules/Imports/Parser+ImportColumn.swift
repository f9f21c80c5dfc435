import JSON

extension Parser {
    /// Names of types elsewhere, and what they are here.
    static let otherTypes = [
        "int": "integer", "int2": "smallint", "int4": "integer", "int8": "bigint", "string": "text",
        "varchar": "text", "char": "text", "bool": "boolean", "decimal": "numeric", "number": "numeric",
        "money": "numeric", "float": "double", "real": "double", "float8": "double",
        "datetime": "timestamptz",
        "time": "timestamptz", "json": "jsonb", "object": "jsonb", "bytea": "text",
    ]

    mutating func parseColumn(_ opening: Token, of draft: inout StreamDraft) throws {
        let name = try takeAnyName("the name of a column", of: opening)
        if draft.columns.contains(where: { $0.value == name.value }) {
            throw Fault(name.range, "the column \(name.value) is listed twice")
        }
        // Noted at once, so that one that cannot be read is not missed as well.
        draft.columns.append(name)
        let type = try takeImportType(of: opening)
        var column = ImportColumn(name: name.value, type: type, path: JSONPath(field: name.value))
        var seen: Set<String> = []
        while !next.isFirstOnLine, next.kind != .end {
            let word = next
            guard word.isWord("from") || word.isWord("required") else {
                throw unexpected("'from' and a path, 'required', or the end of the line")
            }
            advance()
            guard seen.insert(word.text).inserted else {
                throw Fault(word.range, "a column can have '\(word.text)' only once")
            }
            guard word.text == "from" else {
                column.isRequired = true
                continue
            }
            let epoch = next
            if next.kind == .word {
                column.epoch = ImportColumn.Epoch(
                    rawValue: try takeWord(among: ["seconds", "milliseconds"], of: word)
                )
                guard type == .timestamptz else {
                    throw Fault(epoch.range, "\(epoch.text) since 1970 are a timestamptz, and no \(type)")
                }
            }
            column.path = try takeJSONPath("the path of a field, such as 'profile.name'", of: word)
        }
        draft.stream.columns.append(column)
    }

    mutating func takeImportType(of opening: Token) throws -> ImportType {
        let words = ImportType.words.map(\.word)
        try expectMore("a type: \(words.joined(separator: ", "))", of: opening)
        guard next.kind == .word, let type = ImportType.words.first(where: { $0.word == next.text })?.type
        else {
            let known = Self.otherTypes[next.text.lowercased()]
            throw Fault(
                next.range,
                "expected a type, found \(next.name)",
                help: (known ?? Spelling.nearest(to: next.text, among: words)).map { "did you mean \($0)?" }
                    ?? "the types are \(words.joined(separator: ", "))"
            )
        }
        let word = next
        advance()
        guard type == .anyNumeric, skip(symbol: "(") else { return type }
        let precision = try takeCount(1...1_000, "a number of digits", of: word)
        var scale = 0
        if skip(symbol: ",") { scale = try takeCount(0...precision, "a number of decimals", of: word) }
        try expect(symbol: ")")
        return .numeric(precision: precision, scale: scale)
    }

    // MARK: Examples

    mutating func parseImportExample(_ opening: Token) throws -> ImportExample {
        try expectMore("a name in single quotes", of: opening)
        let name = try takeText("the name of the example in single quotes", of: opening)
        try expect(word: "given", "'given' and an answer")
        let given = try takeJSON("an answer, such as { \"data\": [ ] }")
        if skip(word: "fails") {
            return ImportExample(name: name, given: given, expectation: try parseFailure())
        }
        try expect(word: "gives", "'gives' with images, or 'fails' with the class of the failure")
        var images: [Located<String>] = []
        if !skip(word: "nothing") {
            repeat {
                images.append(try takeJSON("an image, such as { \"id\": 1 }, or 'nothing'"))
            } while skip(symbol: ",")
        }
        return ImportExample(name: name, given: given, expectation: .images(images))
    }

    private mutating func parseFailure() throws -> ImportExample.Expectation {
        let expected = "a class of failures, such as data.type"
        let first = next.range
        var text = try take(.word, expected).value
        var range = first
        if next.isSymbol("."), !next.isFirstOnLine {
            advance()
            range = first.through(next.range)
            text += "." + (try take(.word, expected).value)
        }
        let failure = Located(value: text, range: range)
        let classes = ImportFault.Class.allCases.map(\.rawValue)
        guard classes.contains(text) else {
            throw Fault(
                range,
                "unknown failure \(text)",
                help: Spelling.nearest(to: text, among: classes).map { "did you mean \($0)?" }
                    ?? "the failures are \(classes.joined(separator: ", "))"
            )
        }
        let word = next
        guard !word.isFirstOnLine, skip(word: "column") else { return .failure(failure, column: nil) }
        return .failure(failure, column: try takeAnyName("the name of a column", of: word))
    }

    /// JSON, which is read to know that it is.
    private mutating func takeJSON(_ expected: String) throws -> Located<String> {
        let text = try take(.json, expected)
        do {
            _ = try JSONValue(parsing: text.value)
        } catch let error as JSONParseError {
            throw Fault(
                SourceRange(
                    line: text.range.line + error.line - 1,
                    column: error.line == 1 ? text.range.column + error.column - 1 : error.column,
                    length: 1
                ),
                "this is not JSON: "
                    + (error.description.split(separator: ": ", maxSplits: 1).last.map(String.init) ?? "")
            )
        }
        return text
    }
}
