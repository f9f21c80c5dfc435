/// Cuts a rule file into tokens.
///
/// It never stops early: what cannot be read becomes a problem and is passed over.
struct Lexer {
    /// What a text is; each reads a few signs more, or fewer.
    enum Dialect: Sendable {
        /// Rules, and configurations.
        case rules
        /// Imports and comparisons, where ':' is a sign and a JSON array stands wherever an object may.
        case imports
    }

    private let scalars: [Unicode.Scalar]
    private let dialect: Dialect
    private var offset = 0
    private var line = 1
    private var lineStart = 0
    private var isFirstOnLine = true
    private(set) var tokens: [Token] = []
    private(set) var faults: [Fault] = []

    static func scan(_ text: String, as dialect: Dialect = .rules) -> (tokens: [Token], faults: [Fault]) {
        var lexer = Lexer(scalars: Array(text.unicodeScalars), dialect)
        while lexer.offset < lexer.scalars.count { lexer.scanNext() }
        lexer.add(.end, "", from: lexer.offset)
        return (lexer.tokens, lexer.faults)
    }

    private init(scalars: [Unicode.Scalar], _ dialect: Dialect) {
        self.scalars = scalars
        self.dialect = dialect
    }

    private mutating func scanNext() {
        let start = offset
        switch scalars[offset] {
        case "\n":
            startLine()
        case " ", "\r":
            offset += 1
        case "#":
            skip { $0 != "\n" }
        case "-" where peek(1) == "-":
            skip { $0 != "\n" }
        case "'":
            scanQuoted(by: "'", as: .text, "a text lacks its closing quote (')")
        case "\"":
            scanQuoted(by: "\"", as: .quotedName, "a name lacks its closing quote (\")")
        case "{":
            scanJSON(from: "{", to: "}", help: "end the row with '}'")
        case "[" where dialect == .imports:
            scanJSON(from: "[", to: "]", help: "end the array with ']'")
        case "0"..."9":
            skip(while: \.isDigit)
            if peek() == ".", peek(1)?.isDigit == true {
                offset += 1
                skip(while: \.isDigit)
            }
            add(.number, text(from: start), from: start)
        case let scalar where scalar.isWordStart:
            skip { $0.isWordStart || $0.isDigit }
            add(.word, text(from: start), from: start)
        default:
            scanSymbol()
        }
    }

    private mutating func startLine() {
        offset += 1
        line += 1
        lineStart = offset
        isFirstOnLine = true
    }

    private mutating func scanSymbol() {
        let start = offset
        let pair = String(String.UnicodeScalarView(scalars[offset..<min(offset + 2, scalars.count)]))
        if ["->", "<=", ">=", "<>", "!=", "||"].contains(pair) {
            offset += 2
            return add(.symbol, pair == "!=" ? "<>" : pair, from: start)
        }
        let scalar = scalars[offset]
        offset += 1
        if "()=<>+-*/,.".unicodeScalars.contains(scalar) || scalar == ":" && dialect == .imports {
            return add(.symbol, String(scalar), from: start)
        }
        let (message, help): (String, String?) =
            switch scalar {
            case "\t": ("there is a tab here", "indent with spaces")
            case "×": ("'×' is not understood", "write *")
            case "−", "–": ("'\(scalar)' is not understood", "write -")
            case "‘", "’", "“", "”": ("'\(scalar)' is not understood", "write the straight quote '")
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                ("there is a control character here", "delete it")
            default: ("'\(scalar)' is not understood", nil)
            }
        fail(message, help: help, from: start)
    }

    private mutating func scanQuoted(by quote: Unicode.Scalar, as kind: Token.Kind, _ complaint: String) {
        let start = offset
        var content = String.UnicodeScalarView()
        offset += 1
        while let scalar = peek(), scalar != "\n" {
            offset += 1
            if scalar == quote {
                guard peek() == quote else { return add(kind, String(content), from: start) }
                offset += 1
            }
            if scalar.value < 0x20 || scalar.value == 0x7F {
                fail("there is a control character in the quotes", help: "delete it", from: offset - 1)
            }
            content.append(scalar)
        }
        fail(complaint, help: nil, from: start)
    }

    /// Takes a JSON object or array as it stands; what is inside is read later.
    private mutating func scanJSON(from open: Unicode.Scalar, to close: Unicode.Scalar, help: String) {
        let (start, startLine, startColumn) = (offset, line, offset - lineStart + 1)
        let first = isFirstOnLine
        var depth = 0
        var isQuoted = false
        while let scalar = peek() {
            switch scalar {
            case "\n": self.startLine()
            case "\\" where isQuoted: offset += peek(1) == "\n" ? 1 : min(2, scalars.count - offset)
            default:
                if scalar == "\"" { isQuoted.toggle() }
                if !isQuoted, scalar == open { depth += 1 }
                if !isQuoted, scalar == close { depth -= 1 }
                offset += 1
            }
            if depth == 0 { break }
        }
        let range = SourceRange(line: startLine, column: startColumn, length: 1)
        isFirstOnLine = false
        guard depth == 0 else {
            faults.append(Fault(range, "this '\(open)' is never closed", help: help))
            return
        }
        tokens.append(Token(kind: .json, text: text(from: start), range: range, isFirstOnLine: first))
    }

    // MARK: Parts

    private func peek(_ distance: Int = 0) -> Unicode.Scalar? {
        offset + distance < scalars.count ? scalars[offset + distance] : nil
    }

    private mutating func skip(while condition: (Unicode.Scalar) -> Bool) {
        while let scalar = peek(), condition(scalar) { offset += 1 }
    }

    private func text(from start: Int) -> String {
        String(String.UnicodeScalarView(scalars[start..<offset]))
    }

    private func range(from start: Int) -> SourceRange {
        SourceRange(line: line, column: start - lineStart + 1, length: max(offset - start, 1))
    }

    private mutating func add(_ kind: Token.Kind, _ text: String, from start: Int) {
        tokens.append(Token(kind: kind, text: text, range: range(from: start), isFirstOnLine: isFirstOnLine))
        isFirstOnLine = false
    }

    private mutating func fail(_ message: String, help: String?, from start: Int) {
        faults.append(Fault(range(from: start), message, help: help))
        isFirstOnLine = false
    }
}

extension Unicode.Scalar {
    fileprivate var isDigit: Bool { ("0"..."9").contains(self) }

    fileprivate var isWordStart: Bool { self == "_" || properties.isAlphabetic }
}
