import Concurrency

/// Passes records on but keeps repetitions to two lines a window, however often they occur.
///
/// Of records with the same level and sentence, the first in a window is passed on at once. The others are counted;
/// the last of them follows with `log.repeated` as soon as any record arrives after the window, or at
/// ``flush()``. Thus a server that is away for a night costs lines by the minute, not by the attempt.
public struct RepeatLimitingLogHandler: LogHandler {
    private let next: any LogHandler
    private let limiter: Locked<RepeatLimiter>

    /// Wraps a handler; records below `minimumLevel` are passed on untouched.
    public init(
        _ next: any LogHandler,
        window: Duration = .seconds(60),
        minimumLevel: LogLevel = .warning
    ) {
        self.next = next
        self.limiter = Locked(RepeatLimiter(window: window, minimumLevel: minimumLevel))
    }

    /// Passes the record on or counts it.
    public func handle(_ record: LogRecord) {
        for record in limiter.withLock({ $0.admit(record) }) { next.handle(record) }
    }

    /// Passes on what was only counted so far; to be called before the process ends.
    public func flush() {
        for record in limiter.withLock({ $0.finish() }) { next.handle(record) }
    }
}
