extension Unicode.Scalar {
    /// Whether a reader cannot see it though a terminal or an editor obeys it.
    ///
    /// These are controls (C0, DEL and C1), ends of lines and paragraphs, and format characters: those that turn the
    /// direction of a text, and those without a width.
    public var isInvisible: Bool {
        guard value >= 0x7F else { return value < 0x20 }
        return switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }

    /// The scalar as JSON escapes it: one notation for whatever a person reads.
    public var escaped: String {
        switch self {
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        default:
            (UTF16.encode(self) ?? .init()).map { unit in
                let digits = String(unit, radix: 16)
                return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }.joined()
        }
    }
}

extension String {
    /// The text in one line, with everything escaped that a reader cannot see.
    public var visible: String { visible(besides: []) }

    /// The text with everything escaped that a reader cannot see, but for tabs and the ends of its lines.
    public var visibleLines: String { visible(besides: ["\t", "\n"]) }

    private func visible(besides kept: Set<Unicode.Scalar>) -> String {
        // Most texts are plain, and the export of a journal is long.
        guard utf8.contains(where: { $0 < 0x20 || $0 >= 0x7F }) else { return self }
        var text = ""
        text.reserveCapacity(utf8.count)
        for scalar in unicodeScalars {
            if scalar.isInvisible, !kept.contains(scalar) {
                text += scalar.escaped
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
