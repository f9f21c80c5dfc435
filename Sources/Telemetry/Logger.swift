/// Writes events as a constant sentence plus typed fields.
///
/// A value: children made by ``with(_:)`` share the handler and add fields of their own. The fields of an event
/// below ``level`` are never computed.
public struct Logger: Sendable {
    /// The least level that is written.
    public var level: LogLevel

    /// The fields that every event of this logger carries.
    public let metadata: LogMetadata

    private let handler: any LogHandler
    private let now: @Sendable () -> LogTimestamp

    /// Creates a logger that hands events to `handler` and takes the time from `now`.
    public init(
        handler: any LogHandler,
        level: LogLevel = .info,
        metadata: LogMetadata = [:],
        now: @escaping @Sendable () -> LogTimestamp = LogTimestamp.now
    ) {
        self.handler = handler
        self.level = level
        self.metadata = metadata
        self.now = now
    }

    /// Returns a child whose events carry further fields, which win where keys are the same.
    public func with(_ fields: LogMetadata) -> Logger {
        Logger(handler: handler, level: level, metadata: metadata.merging(fields), now: now)
    }

    /// Writes an event unless its level is below the logger's.
    public func log(
        _ level: LogLevel,
        _ message: StaticString,
        _ fields: @autoclosure () -> LogMetadata = [:]
    ) {
        guard level >= self.level else { return }
        handler.handle(
            LogRecord(
                time: now(),
                level: level,
                message: message.description,
                metadata: metadata.merging(fields())
            )
        )
    }
}

extension Logger {
    /// Writes a single step, for hunting one fault.
    public func trace(_ message: StaticString, _ fields: @autoclosure () -> LogMetadata = [:]) {
        log(.trace, message, fields())
    }

    /// Writes what a developer wants to see.
    public func debug(_ message: StaticString, _ fields: @autoclosure () -> LogMetadata = [:]) {
        log(.debug, message, fields())
    }

    /// Writes what an operator acts on or counts on.
    public func info(_ message: StaticString, _ fields: @autoclosure () -> LogMetadata = [:]) {
        log(.info, message, fields())
    }

    /// Writes something normal that is yet worth a second look.
    public func notice(_ message: StaticString, _ fields: @autoclosure () -> LogMetadata = [:]) {
        log(.notice, message, fields())
    }

    /// Writes a failure that will be tried again.
    public func warning(_ message: StaticString, _ fields: @autoclosure () -> LogMetadata = [:]) {
        log(.warning, message, fields())
    }

    /// Writes a failure that is final.
    public func error(_ message: StaticString, _ fields: @autoclosure () -> LogMetadata = [:]) {
        log(.error, message, fields())
    }

    /// Writes that the process cannot do its work.
    public func critical(_ message: StaticString, _ fields: @autoclosure () -> LogMetadata = [:]) {
        log(.critical, message, fields())
    }
}
