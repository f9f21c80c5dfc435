internal import VisibleText

/// Comma-separated values by RFC 4180.
package enum CSVText {
    /// A row with its line break.
    package static func row(_ cells: [Cell]) -> String {
        cells.map(\.text).joined(separator: ",") + "\r\n"
    }

    /// What stands between two commas.
    package enum Cell {
        /// Words from outside.
        case text(String?)
        /// A number or a day that we have written ourselves.
        case number(String?)

        fileprivate var text: String {
            switch self {
            case .text(nil), .number(nil): ""
            case .number(let number?): number
            case .text(let text?): CSVText.quoted(CSVText.defused(text))
            }
        }
    }

    /// A text that a spreadsheet would take for a formula begins with an apostrophe, which makes it a text.
    private static func defused(_ text: String) -> String {
        guard let first = text.unicodeScalars.first, ["=", "+", "-", "@", "\t", "\r"].contains(first) else {
            return text
        }
        return "'" + text
    }

    /// In quotes where it has to be; the empty text, too, to tell it from none.
    ///
    /// A cell may have several lines; what else is invisible is escaped.
    private static func quoted(_ text: String) -> String {
        let isSpecial = { (byte: UInt8) in
            [UInt8(ascii: ","), UInt8(ascii: "\""), UInt8(ascii: "\n")].contains(byte)
        }
        let text = text.visibleLines
        guard text.isEmpty || text.utf8.contains(where: isSpecial) else { return text }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" { quoted += "\"" }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }
}
