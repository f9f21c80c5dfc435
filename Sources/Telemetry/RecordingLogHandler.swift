import Concurrency

/// Keeps every record, for tests that ask what was logged.
public final class RecordingLogHandler: LogHandler {
    private let recorded = Locked<[LogRecord]>([])

    /// Creates a handler that has seen nothing yet.
    public init() {}

    /// All records so far, oldest first.
    public var records: [LogRecord] { recorded.withLock { $0 } }

    /// The sentences of all records so far, oldest first.
    public var messages: [String] { records.map(\.message) }

    /// Keeps the record.
    public func handle(_ record: LogRecord) {
        recorded.withLock { $0.append(record) }
    }
}
