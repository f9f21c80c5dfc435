internal import VisibleText

/// Says in hledger's format what it has no room for.
///
/// Texts for people are made to fit; what identifies something is escaped so that nothing is lost.
enum HledgerText {
    /// A code holds nothing special but colons, which split the names of accounts.
    static func code(_ code: String) -> String {
        code.split(separator: ":", omittingEmptySubsequences: false).joined(separator: "%3A")
    }

    /// The name of an account: no colon, no semicolon, no two spaces in a row.
    static func name(_ name: String) -> String {
        var text = ""
        for character in spaced(name) {
            switch character {
            case ":": text += " -"
            case ";": text += ","
            default: text.append(character)
            }
        }
        return spaced(text)
    }

    /// A description in one line: a semicolon would begin a comment, a bar splits payee and note.
    static func description(_ description: String) -> String {
        var text = ""
        for character in spaced(description) {
            switch character {
            case ";": text += ","
            case "|": text += "/"
            default: text.append(character)
            }
        }
        return text
    }

    /// The value of a tag: a comma would end it, and a bracket may begin a date.
    static func tagValue(_ value: String) -> String {
        let scalars = Array(value.unicodeScalars)
        return scalars.indices.map { index in
            let scalar = scalars[index]
            let isAtEdge = index == 0 || index == scalars.count - 1
            let isSpecial =
                ["%", ",", "[", "]"].contains(scalar) || scalar.isInvisible
                || scalar.properties.isWhitespace && (scalar != " " || isAtEdge)
            return isSpecial ? escaped(scalar) : String(scalar)
        }.joined()
    }

    /// The name of a tag: one word.
    static func tagName(_ name: String) -> String {
        name.unicodeScalars.map { scalar in
            let isSpecial =
                ["%", ",", "[", "]", ":", ";"].contains(scalar) || scalar.isInvisible
                || scalar.properties.isWhitespace
            return isSpecial ? escaped(scalar) : String(scalar)
        }.joined()
    }

    /// All white space and all control characters as single spaces between words; what else is invisible, escaped.
    private static func spaced(_ text: String) -> String {
        text.unicodeScalars.split { $0.isControl || $0.properties.isWhitespace }
            .map { String($0).visible }.joined(separator: " ")
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        String(scalar).utf8.map { byte in
            let digits = String(byte, radix: 16, uppercase: true)
            return "%" + (digits.count == 1 ? "0" : "") + digits
        }.joined()
    }
}

extension Unicode.Scalar {
    fileprivate var isControl: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
