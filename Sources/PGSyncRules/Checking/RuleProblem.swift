/// Something wrong in a rule file, with its place and how to put it right.
package struct RuleProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// The name of the file.
    package let file: String
    package let range: SourceRange
    package let message: String
    package let help: String?
    /// The line of the file it is about.
    package let sourceLine: String

    /// The message, the line with a caret under the place, and the help.
    package var description: String {
        let number = String(range.line)
        let margin = String(repeating: " ", count: number.count)
        let room = max(sourceLine.unicodeScalars.count - range.column + 1, 1)
        var text = """
            \(file):\(range.line):\(range.column): error: \(message)
             \(number) | \(sourceLine)
             \(margin) | \(String(repeating: " ", count: range.column - 1))\
            \(String(repeating: "^", count: min(range.length, room)))
            """
        if let help { text += "\n  help: \(help)" }
        return text
    }
}
