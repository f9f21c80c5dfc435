import CLibPQ

/// Keeps the notices of a session until someone asks; the oldest go when there are too many, or too long ones.
final class NoticeCollector {
    private static let countLimit = 1_000
    private static let sizeLimit = 10_000_000
    private var notices: [ServerNotice] = []
    private var size = 0
    private var dropped = 0

    /// Has libpq deliver to this collector, which must live as long as the connection.
    func attach(to handle: borrowing ConnectionHandle) {
        let argument = unsafe Unmanaged.passUnretained(self).toOpaque()
        handle.withRaw { raw in
            _ = unsafe PQsetNoticeReceiver(
                raw,
                { argument, result in
                    guard let argument = unsafe argument, let result = unsafe result else { return }
                    // The argument is always the collector above, which outlives the connection.
                    let collector = unsafe Unmanaged<NoticeCollector>.fromOpaque(argument)
                        .takeUnretainedValue()
                    collector.append(unsafe ResultHandle.notice(result))
                },
                argument
            )
        }
    }

    private func append(_ notice: ServerNotice) {
        if notices.count == Self.countLimit || size > Self.sizeLimit {
            let old = (notices.count + 1) / 2
            size -= notices.prefix(old).reduce(0) { $0 + $1.size }
            notices.removeFirst(old)
            dropped += old
        }
        notices.append(notice)
        size += notice.size
    }

    /// How many notices have come so far.
    var count: Int {
        notices.count + dropped
    }

    /// The notices that came after the first `count`.
    func since(_ count: Int) -> ArraySlice<ServerNotice> {
        notices.dropFirst(max(0, count - dropped))
    }

    func takeAll() -> [ServerNotice] {
        defer {
            dropped += notices.count
            notices = []
            size = 0
        }
        return notices
    }
}

/// A notice or warning the server sent besides its results.
public struct ServerNotice: Sendable, Equatable {
    /// How serious it is, in English whatever the server's language: `NOTICE`, `WARNING`, `INFO`, ….
    public let severity: String
    /// Its condition.
    public let sqlState: SQLState
    /// One sentence.
    public let message: String
    /// More of it.
    public let detail: String?
    /// What to do about it.
    public let hint: String?

    /// Whether it speaks of something amiss: severity WARNING, whatever its class.
    public var isWarning: Bool {
        severity == "WARNING" || sqlState.conditionClass == "01"
    }

    /// The bytes of its texts.
    fileprivate var size: Int {
        message.utf8.count + (detail?.utf8.count ?? 0) + (hint?.utf8.count ?? 0)
    }
}
