/// How a log record becomes one line of text.
///
/// Whatever stands in a value, a record is one line: line breaks, control characters, terminal escapes,
/// text-direction marks and quotes are escaped in every format.
public enum LogFormat: Sendable, Hashable {
    /// For people at a terminal: clock time of the local zone, level, sentence, fields.
    case human(colored: Bool)
    /// `key=value` pairs, which people and programs both read.
    case logfmt
    /// One JSON object a line, time as RFC 3339 in UTC.
    case json

    /// Chooses the coloured format on a terminal and logfmt otherwise.
    public static func automatic(isTerminal: Bool) -> LogFormat {
        isTerminal ? .human(colored: true) : .logfmt
    }

    /// Renders a record as one line without its line break.
    public func line(for record: LogRecord) -> String {
        line(for: record, secondsEast: { $0.localSecondsEast })
    }

    /// Renders a record, taking the time zone of the human format from outside.
    func line(for record: LogRecord, secondsEast: (LogTimestamp) -> Int) -> String {
        switch self {
        case .human(let colored):
            HumanLine(isColored: colored, secondsEast: secondsEast(record.time)).text(of: record)
        case .logfmt:
            Self.logfmtLine(for: record)
        case .json:
            Self.jsonLine(for: record)
        }
    }
}

extension LogFormat {
    private static func logfmtLine(for record: LogRecord) -> String {
        var line = "time=\(record.time.rfc3339) level=\(record.level.name) message="
        line.appendQuoted(record.message)
        for field in record.metadata.fields {
            line += " "
            line.appendBareKey(unreserved(field.key))
            line += "="
            line.appendReadable(field.value)
        }
        return line
    }

    private static func jsonLine(for record: LogRecord) -> String {
        var line = "{\"time\":\"\(record.time.rfc3339)\",\"level\":\"\(record.level.name)\",\"message\":"
        line.appendQuoted(record.message)
        for field in record.metadata.fields {
            line += ","
            line.appendQuoted(unreserved(field.key))
            line += ":"
            line.appendJSON(field.value)
        }
        return line + "}"
    }

    /// Moves a field out of the way of the three keys that every line has.
    private static func unreserved(_ key: String) -> String {
        ["time", "level", "message"].contains(key) ? "field.\(key)" : key
    }
}
