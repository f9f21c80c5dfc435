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
