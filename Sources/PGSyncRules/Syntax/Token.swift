/// A word, number or sign of a rule file.
struct Token: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        /// A bare word: a keyword or a name.
        case word
        /// A name in double quotes, which is never a keyword.
        case quotedName
        /// Digits, perhaps with a fraction.
        case number
        /// A text in single quotes.
        case text
        case symbol
        /// A JSON object, whole; in an import also an array.
        case json
        case end
    }

    let kind: Kind
    /// What was written, without quotes.
    let text: String
    let range: SourceRange
    let isFirstOnLine: Bool

    /// The place behind its last sign.
    var end: SourcePoint {
        let point = SourcePoint(line: range.line, column: range.column)
        guard kind == .json else { return point.moved(by: range.length) }
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count > 1 else { return point.moved(by: text.unicodeScalars.count) }
        return SourcePoint(line: range.line + lines.count - 1, column: (lines.last?.count ?? 0) + 1)
    }

    func isWord(_ word: String) -> Bool { kind == .word && text == word }
    func isSymbol(_ symbol: String) -> Bool { kind == .symbol && text == symbol }

    /// How a message calls it.
    var name: String {
        switch kind {
        case .word, .number, .symbol: "'\(text)'"
        case .quotedName: "\"\(text)\""
        case .text: "the text '\(text)'"
        case .json: "'\(text.first ?? "{")'"
        case .end: "the end of the file"
        }
    }
}
