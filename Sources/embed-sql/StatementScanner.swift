/// Finds where the statements of a script begin.
///
/// It knows just enough of PostgreSQL's lexical rules not to be misled by comments, quoted strings, dollar-quoted
/// bodies and `begin atomic … end`.
struct StatementScanner {
    /// The first word of a statement, in lower case, or `\` for a psql command.
    struct Opening: Equatable {
        let word: String
        let line: Int
    }

    private var rest: Substring.UnicodeScalarView
    private var line = 1
    /// The last word or quoted thing of the statement; nil while it has not begun.
    private var previous: String?
    private var isInAtomicBody = false
    private var openings: [Opening] = []

    static func openings(of script: String) -> [Opening] {
        var scanner = StatementScanner(rest: script[...].unicodeScalars)
        while let scalar = scanner.rest.first { scanner.scan(scalar) }
        return scanner.openings
    }

    private init(rest: Substring.UnicodeScalarView) {
        self.rest = rest
    }

    private mutating func scan(_ scalar: Unicode.Scalar) {
        if starts(with: "--") {
            skip(while: { $0 != "\n" })
        } else if starts(with: "/*") {
            skipBlockComment()
        } else if scalar == "'" || scalar == "\"" {
            skipQuoted(by: scalar, escapes: scalar == "'" && previous == "e")
        } else if scalar == "$", let tag = dollarTag() {
            skip(past: tag)
        } else if scalar == ";" {
            advance()
            previous = nil
        } else if scalar == "\\" {
            if previous == nil { openings.append(Opening(word: "\\", line: line)) }
            skip(while: { $0 != "\n" })
        } else if isWordStart(scalar) {
            scanWord()
        } else {
            advance()
        }
    }

    private mutating func scanWord() {
        let scalars = rest.prefix { isWordStart($0) || isDigit($0) || $0 == "$" }
        let word = String(scalars).lowercased()
        advance(by: scalars.count)
        if isInAtomicBody {
            isInAtomicBody = !(word == "end" && previous == nil)
        } else if previous == nil {
            openings.append(Opening(word: word, line: line))
        } else if word == "atomic", previous == "begin" {
            isInAtomicBody = true
            previous = nil
            return
        }
        previous = word
    }

    // MARK: Skipping

    private mutating func advance(by count: Int = 1) {
        for scalar in rest.prefix(count) where scalar == "\n" { line += 1 }
        rest = rest.dropFirst(count)
    }

    private mutating func skip(while isSkipped: (Unicode.Scalar) -> Bool) {
        while let scalar = rest.first, isSkipped(scalar) { advance() }
    }

    /// Skips an opening delimiter, what follows it, and the same delimiter again.
    private mutating func skip(past delimiter: String) {
        let length = delimiter.unicodeScalars.count
        advance(by: length)
        while !rest.isEmpty, !starts(with: delimiter) { advance() }
        advance(by: length)
        previous = delimiter
    }

    private mutating func skipBlockComment() {
        var depth = 0
        repeat {
            if starts(with: "/*") {
                depth += 1
                advance(by: 2)
            } else if starts(with: "*/") {
                depth -= 1
                advance(by: 2)
            } else {
                advance()
            }
        } while depth > 0 && !rest.isEmpty
    }

    /// Skips a quoted run; a doubled quote inside it reads as the start of the next run, which does no harm.
    private mutating func skipQuoted(by quote: Unicode.Scalar, escapes: Bool) {
        advance()
        while let scalar = rest.first, scalar != quote {
            advance(by: escapes && scalar == "\\" ? 2 : 1)
        }
        advance()
        previous = escapes ? "e" : String(quote)
    }

    // MARK: Looking

    private func starts(with text: String) -> Bool {
        rest.starts(with: text.unicodeScalars)
    }

    /// The tag `$…$` that starts here, if one does.
    private func dollarTag() -> String? {
        let name = rest.dropFirst().prefix { isWordStart($0) || isDigit($0) }
        guard rest.dropFirst(1 + name.count).first == "$", !(name.first.map(isDigit) ?? false) else {
            return nil
        }
        return "$\(String(name))$"
    }

    private func isWordStart(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || scalar == "_"
    }

    private func isDigit(_ scalar: Unicode.Scalar) -> Bool {
        ("0"..."9").contains(scalar)
    }
}
