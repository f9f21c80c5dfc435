/// Reads the tokens of a rule file, a configuration, an import or a comparison.
///
/// A statement that cannot be read becomes a fault, and reading goes on at the next line that opens one.
struct Parser {
    static let depthLimit = 50
    static let sizeLimit = 500

    private let tokens: [Token]
    private var index = 0
    private(set) var faults: [Fault]
    var depth = 0
    /// The columns at which an 'if' stands that could not be read; its 'else' says nothing new.
    var unreadChoices: Set<Int> = []
    /// How many parts the present expression has.
    var size = 0

    static func parse(_ text: String) -> FileSyntax {
        var parser = Parser(text)
        var file = parser.parseFile()
        file.faults = parser.faults
        return file
    }

    init(_ text: String, as dialect: Lexer.Dialect = .rules) {
        (tokens, faults) = Lexer.scan(text, as: dialect)
    }

    private mutating func parseFile() -> FileSyntax {
        var file = FileSyntax()
        while next.kind != .end {
            let name = following.text
            let isUse = next.isWord("use")
            let isRead = recovering(at: ["map", "rule", "use"]) { parser in
                let start = parser.here
                if parser.skip(word: "map") {
                    file.maps.append(try parser.parseMap(from: start))
                } else if parser.skip(word: "rule") {
                    file.rules.append(try parser.parseRule(from: start))
                } else if parser.skip(word: "use") {
                    file.uses.append(try parser.parseUse())
                } else {
                    throw parser.unexpected("a rule begins with 'rule', a map with 'map'")
                }
            }
            if !isRead { file.unread.insert(name) }
            if !isRead, isUse { file.lacksMaps = true }
        }
        return file
    }

    /// Whether a map, a rule or a `use` begins here.
    var opensPart: Bool {
        next.isWord("map") || next.isWord("rule")
            || next.isWord("use") && next.isFirstOnLine && following.isWord("maps")
    }

    private mutating func parseUse() throws -> Located<String> {
        try expect(word: "maps", "'maps from' and a file, such as use maps from 'maps.rules'")
        try expect(word: "from", "'from' and a file, such as use maps from 'maps.rules'")
        let path = try take(.text, "a file in quotes, such as 'maps.rules'")
        try expectEndOfLine()
        return path
    }

    private mutating func parseMap(from start: SourcePoint) throws -> MapSyntax {
        var map = MapSyntax(name: try takeName("the name of the map"), extent: extent(from: start))
        while !opensPart, next.kind != .end {
            let isRest = skip(word: "else")
            let key = isRest ? nil : try take(.text, "a value in quotes, such as 'cash'")
            guard skip(symbol: "->") else { throw unexpected("'->' and an account") }
            let account = try takeAccountCode()
            if let key {
                map.entries.append((key, account))
            } else {
                map.otherwise = account
            }
        }
        map.extent = extent(from: start)
        return map
    }

    // MARK: Tokens

    var next: Token { tokens[index] }

    var following: Token { tokens[min(index + 1, tokens.count - 1)] }

    /// Where the next token begins.
    var here: SourcePoint { SourcePoint(line: next.range.line, column: next.range.column) }

    /// What was read from a place on, with the comment behind it.
    func extent(from start: SourcePoint) -> SourceExtent {
        var end = index > 0 ? tokens[index - 1].end : start
        if here.line > end.line || next.kind == .end { end.column = .max }
        return SourceExtent(start: start, end: end)
    }

    mutating func advance() {
        index = min(index + 1, tokens.count - 1)
    }

    mutating func skip(word: String) -> Bool {
        guard next.isWord(word) else { return false }
        advance()
        return true
    }

    mutating func skip(symbol: String) -> Bool {
        guard next.isSymbol(symbol) else { return false }
        advance()
        return true
    }

    mutating func expect(word: String, _ expected: String? = nil) throws {
        guard skip(word: word) else { throw unexpected(expected ?? "'\(word)'") }
    }

    mutating func expect(symbol: String) throws {
        guard skip(symbol: symbol) else { throw unexpected("'\(symbol)'") }
    }

    func expectEndOfLine() throws {
        guard next.isFirstOnLine || next.kind == .end else { throw unexpected("the end of the line") }
    }

    mutating func take(_ kind: Token.Kind, _ expected: String) throws -> Located<String> {
        guard next.kind == kind else { throw unexpected(expected) }
        defer { advance() }
        return Located(value: next.text, range: next.range)
    }

    mutating func takeName(_ expected: String) throws -> Located<String> {
        guard next.kind == .quotedName || next.kind == .word else { throw unexpected(expected) }
        guard next.kind == .quotedName || !Self.reserved.contains(next.text) else {
            throw Fault(
                next.range,
                "expected \(expected), found '\(next.text)', a word of the language",
                help: "if it is a name, write \"\(next.text)\" in double quotes"
            )
        }
        guard next.text.utf8.count <= 63, !next.text.isEmpty else {
            throw Fault(next.range, "a name has 1 to 63 bytes")
        }
        defer { advance() }
        return Located(value: next.text, range: next.range)
    }

    mutating func takeAccountCode() throws -> Located<String> {
        guard next.kind == .number || next.kind == .text else {
            throw unexpected("an account, such as 1000")
        }
        defer { advance() }
        return Located(value: next.text, range: next.range)
    }

    func unexpected(_ expected: String) -> Fault {
        Fault(next.range, "expected \(expected), found \(next.name)")
    }

    // MARK: Recovery

    /// Runs a step; when it fails, notes why, goes on to the next line that begins with one of the words, and
    /// returns false.
    ///
    /// A line of the statement's own level is one, too, unless it goes on with what failed.
    @discardableResult
    mutating func recovering(
        at words: Set<String>,
        orLevel isLevelKnown: Bool = false,
        _ step: (inout Parser) throws -> Void
    ) -> Bool {
        let level = next.isFirstOnLine ? next.range.column : 0
        return recovering(
            until: { token in
                words.contains(token.text)
                    || isLevelKnown && token.range.column <= level && token.kind == .word
                        && !Self.reserved.contains(token.text)
            },
            step
        )
    }

    /// The same, going on at the next line whose first token is such a one.
    @discardableResult
    mutating func recovering(
        until isOpening: (Token) -> Bool,
        _ step: (inout Parser) throws -> Void
    ) -> Bool {
        let (start, depth) = (index, depth)
        do {
            try step(&self)
            return true
        } catch {
            if let fault = error as? Fault, !fault.isConsequence { faults.append(fault) }
            if tokens[start].isWord("if") { unreadChoices.insert(tokens[start].range.column) }
            (self.depth, size) = (depth, 0)
            if index == start { advance() }
            while next.kind != .end, !(next.isFirstOnLine && isOpening(next)) { advance() }
            return false
        }
    }

    /// Words that are not names unless they stand in double quotes.
    static let reserved: Set<String> = [
        "and", "as", "assert", "column", "credit", "currency", "date", "debit", "describe", "dimension",
        "each",
        "else", "exactly", "example", "fails", "false", "for", "given", "if", "in", "is", "map", "not",
        "null",
        "or", "party", "posts", "round", "rule", "skip", "then", "together", "true", "version", "when",
    ]
}
