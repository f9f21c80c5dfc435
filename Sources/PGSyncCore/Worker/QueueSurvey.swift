/// What a look at the queue without a lock has shown, in one snapshot.
package struct QueueSurvey: Sendable, Equatable {
    /// The oldest change that may be posted now, of those from the mark on that was asked for.
    package var oldest: Int64?
    /// Whether a change that waited for a time, such as a retry, is due.
    package var isDue: Bool
    /// In how long the next change that has a time is due.
    package var dueIn: Duration?
    /// Where the survey ended before it had seen everything; go on from the next.
    package var seenThrough: Int64?
    /// Whether nothing is to be posted at all.
    package var isPaused: Bool
    /// The last id that had been given out to a change.
    package var lastID: Int64
    /// No transaction below this number was running.
    package var snapshotMinimum: Int64
    /// No transaction from this number on had begun.
    package var snapshotMaximum: Int64

    package init(
        oldest: Int64? = nil,
        isDue: Bool = false,
        dueIn: Duration? = nil,
        seenThrough: Int64? = nil,
        isPaused: Bool = false,
        lastID: Int64,
        snapshotMinimum: Int64,
        snapshotMaximum: Int64
    ) {
        self.oldest = oldest
        self.isDue = isDue
        self.dueIn = dueIn
        self.seenThrough = seenThrough
        self.isPaused = isPaused
        self.lastID = lastID
        self.snapshotMinimum = snapshotMinimum
        self.snapshotMaximum = snapshotMaximum
    }

    /// Whether somebody who posts would find something to do.
    package var somethingWaits: Bool { !isPaused && (oldest != nil || isDue) }

    /// What one look tells of a queue that it takes several to see: this one began, the other went on.
    ///
    /// What is safe follows from the snapshot of the first, before which everything is over that is over for the other.
    package func continued(by other: QueueSurvey) -> QueueSurvey {
        var whole = self
        whole.oldest = other.oldest
        whole.isDue = other.isDue
        whole.dueIn = other.dueIn
        whole.isPaused = other.isPaused
        whole.seenThrough = other.seenThrough
        return whole
    }
}
