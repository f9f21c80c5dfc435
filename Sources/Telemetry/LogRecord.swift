/// One event on its way to a handler.
public struct LogRecord: Sendable, Hashable {
    /// When it happened.
    public let time: LogTimestamp
    /// How much it matters.
    public let level: LogLevel
    /// A constant sentence; what varies stands in the metadata.
    public let message: String
    /// The logger's own fields followed by those of this event.
    public let metadata: LogMetadata

    /// Puts an event together.
    public init(time: LogTimestamp, level: LogLevel, message: String, metadata: LogMetadata = [:]) {
        self.time = time
        self.level = level
        self.message = message
        self.metadata = metadata
    }
}

/// How much a log record matters, from the least to the most.
public enum LogLevel: Int, Sendable, CaseIterable, Comparable {
    /// Single steps, for hunting one fault.
    case trace
    /// What a developer wants to see.
    case debug
    /// What an operator acts on or counts on.
    case info
    /// Normal, yet worth a second look.
    case notice
    /// Something failed that will be tried again.
    case warning
    /// Something failed for good.
    case error
    /// The process cannot do its work.
    case critical

    /// The level's name in lower case, as every format writes it.
    public var name: String { "\(self)" }

    /// Finds the level of that name, for options such as `--log-level debug`.
    public init?(name: String) {
        guard let level = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = level
    }

    /// Tells whether the first level matters less than the second.
    public static func < (first: Self, second: Self) -> Bool {
        first.rawValue < second.rawValue
    }
}

/// The dotted keys and typed values of a log record, in the order they were written.
///
/// A key occurs once: a later value takes the place of an earlier one.
public struct LogMetadata: Sendable, Hashable {
    /// One key with its value.
    public struct Field: Sendable, Hashable {
        /// The dotted name, such as `batch.changes`.
        public let key: String
        /// What the name stands for in this record.
        public let value: LogValue
    }

    /// All fields, oldest key first.
    public private(set) var fields: [Field] = []

    /// Reads or replaces the value of a key; `nil` removes it.
    public subscript(key: String) -> LogValue? {
        get { fields.first { $0.key == key }?.value }
        set {
            let index = fields.firstIndex { $0.key == key }
            switch (index, newValue) {
            case (let index?, let value?): fields[index] = Field(key: key, value: value)
            case (let index?, nil): fields.remove(at: index)
            case (nil, let value?): fields.append(Field(key: key, value: value))
            case (nil, nil): break
            }
        }
    }

    /// Returns these fields together with others, which win where keys are the same.
    public func merging(_ others: LogMetadata) -> LogMetadata {
        guard !fields.isEmpty else { return others }
        var merged = self
        for field in others.fields { merged[field.key] = field.value }
        return merged
    }
}

extension LogMetadata: ExpressibleByDictionaryLiteral {
    /// Makes metadata of a literal such as `["batch.changes": 100]`.
    public init(dictionaryLiteral elements: (String, LogValue)...) {
        for (key, value) in elements { self[key] = value }
    }
}

/// One typed value of a log record.
///
/// A type rather than text, so that a machine-readable format keeps numbers as numbers and a format for people
/// may choose units.
public enum LogValue: Sendable, Hashable {
    /// Text of any origin; every format escapes it.
    case string(String)
    /// A whole number.
    case int(Int)
    /// A fractional number; JSON spells one that is not finite as a string.
    case double(Double)
    /// A truth value.
    case bool(Bool)
    /// A span of time: seconds as a number in JSON, `12.3ms` elsewhere.
    case duration(Duration)
}

extension LogValue: ExpressibleByStringInterpolation {
    /// Makes a text value of a literal.
    public init(stringLiteral value: String) { self = .string(value) }
}

extension LogValue: ExpressibleByIntegerLiteral {
    /// Makes a whole number of a literal.
    public init(integerLiteral value: Int) { self = .int(value) }
}

extension LogValue: ExpressibleByFloatLiteral {
    /// Makes a fractional number of a literal.
    public init(floatLiteral value: Double) { self = .double(value) }
}

extension LogValue: ExpressibleByBooleanLiteral {
    /// Makes a truth value of a literal.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
}

/// Something that takes log records, such as a stream or a test double.
///
/// A handler is called from many threads at once and must neither throw nor wait for long: a worker must not
/// fail because its log does.
public protocol LogHandler: Sendable {
    /// Takes one record.
    func handle(_ record: LogRecord)
}
