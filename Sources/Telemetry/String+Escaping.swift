internal import VisibleText

extension String {
    /// Appends text with everything escaped that could end a line, move a cursor or reorder the text.
    ///
    /// The escapes are those of JSON, in every format: one notation to read, and each logfmt reader knows it.
    mutating func appendEscaped(_ text: String, escapesQuotes: Bool = true) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"" where escapesQuotes: self += "\\\""
            case "\\" where escapesQuotes: self += "\\\\"
            case _ where scalar.isInvisible: self += scalar.escaped
            default: unicodeScalars.append(scalar)
            }
        }
    }

    /// Appends text in double quotes; the result is a JSON string.
    mutating func appendQuoted(_ text: String) {
        self += "\""
        appendEscaped(text)
        self += "\""
    }

    /// Appends a key of a `key=value` pair; what cannot stand there unquoted becomes an underscore.
    mutating func appendBareKey(_ key: String) {
        guard !key.isEmpty else { return append("_") }
        for scalar in key.unicodeScalars {
            unicodeScalars.append(scalar.isBare ? scalar : "_")
        }
    }

    /// Appends a value for formats that people read; text is quoted only where it must be.
    mutating func appendReadable(_ value: LogValue) {
        switch value {
        case .string(let text):
            let isBare = !text.isEmpty && text.unicodeScalars.allSatisfy(\.isBare)
            if isBare { self += text } else { appendQuoted(text) }
        case .int(let number): self += String(number)
        case .double(let number): self += number.description
        case .bool(let flag): self += flag ? "true" : "false"
        case .duration(let duration): self += duration.readable
        }
    }

    /// Appends a JSON value.
    mutating func appendJSON(_ value: LogValue) {
        switch value {
        case .string(let text): appendQuoted(text)
        case .int(let number): self += String(number)
        case .double(let number) where number.isFinite: self += number.description
        case .double(let number): appendQuoted(number.description)
        case .bool(let flag): self += flag ? "true" : "false"
        case .duration(let duration): self += duration.decimalSeconds
        }
    }
}

extension Unicode.Scalar {
    /// True of what may stand in a `key=value` pair without quotes.
    fileprivate var isBare: Bool {
        switch self {
        case "=", "\"", "\\": false
        default: !isInvisible && !properties.isWhitespace
        }
    }
}
