package import Postgres

/// The outcome of the changes of a batch.
package struct BatchResult: Sendable, Equatable {
    package let claimed: Int
    package let posted: Int
    package let amended: Int
    package let reversed: Int
    package let unchanged: Int
    package let superseded: Int
    package let failed: Int
    /// Changes that still wait: their source is paused, or a TRUNCATE cannot continue for the moment.
    package let deferred: Int
    /// TRUNCATEs of which one step is done and more remain.
    package let leftWaiting: Int
    /// One of the failed changes.
    package let failedChange: Int64?
    /// The failure classes of the failed changes, one each.
    package let errorClasses: [String]
    /// Where the next scan may begin.
    package let nextMark: Int64
    /// A TRUNCATE of a part of a table that was deferred, because its table has to be read for it.
    package let truncatedPart: Int64?
    /// How many records a step of a TRUNCATE has processed.
    package let emptied: Int
    /// Whether the scan ended before it had seen everything that waits.
    package let isCut: Bool
    /// Whether nothing was claimed because posting is paused.
    package let isPaused: Bool

    /// The finished changes.
    package var finished: Int { posted + amended + reversed + unchanged + superseded }

    /// Whether there is more to do at once, however few changes there were.
    package var goesOn: Bool { isCut || leftWaiting > 0 }

    init(_ row: Row) throws {
        claimed = try row.decode("claimed")
        posted = try row.decode("posted")
        amended = try row.decode("amended")
        reversed = try row.decode("reversed")
        unchanged = try row.decode("unchanged")
        superseded = try row.decode("superseded")
        failed = try row.decode("failed")
        deferred = try row.decode("deferred")
        leftWaiting = try row.decode("left_waiting")
        failedChange = try row.decode("failed_change")
        errorClasses = try row.decode("error_classes", as: [String]?.self) ?? []
        nextMark = try row.decode("next_mark", as: Int64?.self) ?? 0
        truncatedPart = try row.decode("truncated_part")
        emptied = try row.decode("emptied", as: Int?.self) ?? 0
        isCut = try row.decode("is_cut", as: Bool?.self) ?? false
        isPaused = try row.decode("is_paused")
    }
}

/// How many changes wait, by state.
package struct WaitingCounts: Sendable, Equatable {
    /// Ready to post.
    package let ready: Int
    /// Scheduled, usually for a retry.
    package let scheduled: Int
    /// Waiting for their source to be resumed.
    package let paused: Int
    /// Dead letters.
    package let dead: Int
    /// When the first of the scheduled ones is due.
    package let nextTime: Timestamp?

    init(_ row: Row) throws {
        ready = try row.decode("ready")
        scheduled = try row.decode("scheduled")
        paused = try row.decode("paused")
        dead = try row.decode("dead")
        nextTime = try row.decode("next_at")
    }
}
