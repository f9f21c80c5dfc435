internal import VisibleText

/// Something wrong in a rule file or a configuration, with its place and how to put it right.
package struct RuleProblem: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Severity: String, Sendable {
        case error, warning
    }

    /// The name of the file.
    package let file: String
    package let range: SourceRange
    /// Whether it stands in the way, or is only likely to be meant otherwise.
    package let severity: Severity
    package let message: String
    package let help: String?
    /// The line of the file it is about.
    package let sourceLine: String

    /// The message, the line with a caret under the place, and the help.
    package var lines: [String] {
        let number = String(range.line)
        let margin = String(repeating: " ", count: number.count)
        let before = String(String.UnicodeScalarView(sourceLine.unicodeScalars.prefix(range.column - 1)))
        let place = String(
            String.UnicodeScalarView(
                sourceLine.unicodeScalars.dropFirst(range.column - 1).prefix(range.length)
            )
        )
        // What is escaped takes more room than it does in the file.
        let indent =
            max(range.column - 1 - before.unicodeScalars.count, 0) + before.visible.unicodeScalars.count
        return [
            "\(file):\(range.line):\(range.column): \(severity): \(message)".visible,
            " \(number) | \(sourceLine.visible)",
            " \(margin) | \(String(repeating: " ", count: indent))"
                + String(repeating: "^", count: max(place.visible.unicodeScalars.count, 1)),
        ] + (help.map { ["  help: \($0)".visible] } ?? [])
    }

    package var description: String { lines.joined(separator: "\n") }
}
