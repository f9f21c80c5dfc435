package import PGSyncStore

/// What a worker has done.
package struct WorkerReport: Sendable, Equatable {
    package var batches = 0
    package var claimed = 0
    package var posted = 0
    package var amended = 0
    package var reversed = 0
    package var unchanged = 0
    package var superseded = 0
    package var failed = 0
    /// What was left at the end, if the worker has drained the queue.
    package var waiting: WaitingCounts?
    /// Whether nothing was posted because posting is paused.
    package var isPaused = false
    /// Whether something was still under way when the grace period ended.
    package var wasCut = false

    package init() {}

    /// The finished changes.
    package var finished: Int { posted + amended + reversed + unchanged + superseded }

    mutating func add(_ result: BatchResult) {
        batches += 1
        claimed += result.claimed
        posted += result.posted
        amended += result.amended
        reversed += result.reversed
        unchanged += result.unchanged
        superseded += result.superseded
        failed += result.failed
        isPaused = result.isPaused
    }
}
