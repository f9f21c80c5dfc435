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
