import Glibc
import Concurrency

/// Writes each record as one line to a file descriptor.
///
/// A line is one `write`, and lines of many threads never mix. A stream that is closed or full costs lines,
/// counted by ``droppedLineCount``, but never the process: no signal, no crash. A full stream is waited for
/// as for any write if its descriptor blocks, and at most a tenth of a second if it does not.
public struct StreamLogHandler: LogHandler {
    private let format: LogFormat
    private let stream: Locked<LineStream>

    /// Creates a handler for a descriptor that stays open as long as the handler is used.
    public init(format: LogFormat, descriptor: Int32) {
        self.format = format
        self.stream = Locked(LineStream(descriptor: descriptor))
    }

    /// Creates a handler for standard error, coloured if that is a terminal and no format is named.
    public static func standardError(format: LogFormat? = nil) -> StreamLogHandler {
        StreamLogHandler(
            format: format ?? .automatic(isTerminal: isatty(STDERR_FILENO) == 1),
            descriptor: STDERR_FILENO
        )
    }

    /// How many lines could not be written whole.
    public var droppedLineCount: Int { stream.withLock { $0.droppedLineCount } }

    /// Writes the record as one line.
    public func handle(_ record: LogRecord) {
        let line = format.line(for: record)
        stream.withLock { $0.write(line) }
    }
}
