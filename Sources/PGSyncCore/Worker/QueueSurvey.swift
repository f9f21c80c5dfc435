/// What a scan of the queue without locks has shown, in one snapshot.
package struct QueueSurvey: Sendable, Equatable {
    /// The oldest change that is ready to post, from the requested mark on.
    package var oldest: Int64?
    /// Whether a scheduled change, such as a retry, is due.
    package var isDue: Bool
    /// In how long the next scheduled change is due.
    package var dueIn: Duration?
    /// Where the survey ended before it had seen everything; continue after it.
    package var seenThrough: Int64?
    /// Whether nothing at all is to be posted.
    package var isPaused: Bool
    /// The last id that had been assigned to a change.
    package var lastID: Int64
    /// No transaction below this number was running.
    package var snapshotMinimum: Int64
    /// Whoever had a number when it was read had a smaller one.
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

    /// Whether a poster would find something to do.
    package var somethingWaits: Bool { !isPaused && (oldest != nil || isDue) }

    /// Combines two parts of a survey that takes several calls: this one began, the other continued.
    ///
    /// What is safe follows from the snapshot of the first: everything that had ended for it has ended for
    /// the other.
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
