/// Decides which records to write and which merely to count, so that a lasting fault cannot flood a log.
///
/// The first record of a kind (same level, same sentence) is written and opens a window; those that follow
/// within the window are counted. Once it has ended, the count is handed out as one summary. It holds one
/// entry per kind, reads no clock and does no output.
struct RepeatLimiter {
    private struct Kind: Hashable {
        let level: LogLevel
        let message: String
    }

    private struct Window {
        let start: LogTimestamp
        var repetitions = 0
        var last: LogRecord
    }

    private let length: Duration
    private let minimumLevel: LogLevel
    private var windows: [Kind: Window] = [:]

    init(window length: Duration, minimumLevel: LogLevel) {
        self.length = length
        self.minimumLevel = minimumLevel
    }

    /// Returns what to write now that this record has arrived: due summaries first, then perhaps the record.
    mutating func admit(_ record: LogRecord) -> [LogRecord] {
        var output = summaries { [length] window in
            // A clock that was set back must not keep a window open.
            !(.zero..<length).contains(record.time.elapsed(since: window.start))
        }
        guard record.level >= minimumLevel else { return output + [record] }
        let kind = Kind(level: record.level, message: record.message)
        if windows[kind] == nil {
            windows[kind] = Window(start: record.time, last: record)
            output.append(record)
        } else {
            windows[kind]?.repetitions += 1
            windows[kind]?.last = record
        }
        return output
    }

    /// Ends all windows and returns the summaries of those that counted anything.
    mutating func finish() -> [LogRecord] {
        summaries { _ in true }
    }

    /// Removes windows and returns their summaries in the order of the last record of each.
    private mutating func summaries(where isOver: (Window) -> Bool) -> [LogRecord] {
        let ended = windows.filter { isOver($0.value) }
        for kind in ended.keys { windows[kind] = nil }
        return ended.values
            .filter { $0.repetitions > 0 }
            .sorted { $0.last.time.microsecondsSinceEpoch < $1.last.time.microsecondsSinceEpoch }
            .map { window in
                LogRecord(
                    time: window.last.time,
                    level: window.last.level,
                    message: window.last.message,
                    metadata: window.last.metadata.merging(["log.repeated": .int(window.repetitions)])
                )
            }
    }
}
