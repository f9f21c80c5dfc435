/// The layout of a log line for people.
struct HumanLine {
    let isColored: Bool
    let secondsEast: Int

    func text(of record: LogRecord) -> String {
        var line = ""
        append(record.time.clockTime(secondsEast: secondsEast), style: .dim, to: &line)
        line += " "
        append(record.level.name, style: Style(record.level), to: &line)
        line += String(repeating: " ", count: Self.levelWidth - record.level.name.count + 1)
        line.appendEscaped(record.message, escapesQuotes: false)
        for field in record.metadata.fields {
            var key = ""
            key.appendBareKey(field.key)
            line += " "
            append(key + "=", style: .dim, to: &line)
            line.appendReadable(field.value)
        }
        return line
    }

    private static let levelWidth = LogLevel.allCases.map(\.name.count).max() ?? 0

    private func append(_ text: String, style: Style, to line: inout String) {
        line += isColored ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// A terminal's "select graphic rendition" parameters.
    private enum Style: String {
        case dim = "2"
        case blue = "34"
        case green = "32"
        case cyan = "36"
        case yellow = "33"
        case red = "31"
        case boldRed = "1;31"

        init(_ level: LogLevel) {
            self =
                switch level {
                case .trace: .dim
                case .debug: .blue
                case .info: .green
                case .notice: .cyan
                case .warning: .yellow
                case .error: .red
                case .critical: .boldRed
                }
        }
    }
}
