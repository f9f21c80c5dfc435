/// Decides where the posters of a worker begin to scan the queue, so that the time of a scan does not grow
/// with what is finished.
///
/// Finished changes leave index entries behind that nothing can remove while an old snapshot exists, and a
/// scan from the start would read through all of them. So a scan begins at ``low``, which advances with each
/// batch. Changes can still appear below it: ids become visible out of order, and a batch that fails gives
/// back what it had claimed. Surveys find these: they see everything from ``safe`` on without a lock, and now
/// and then from zero; what they find lowers the mark.
package struct QueueMark: Sendable, Equatable {
    /// A scan that is under way.
    package struct Look: Sendable, Hashable {
        package let start: Int64
        fileprivate let era: Int
    }

    /// A survey that is under way.
    package struct Survey: Sendable, Hashable {
        package let start: Int64
        fileprivate let isFull: Bool
        fileprivate let begin: Duration
    }

    /// Where scans begin.
    package private(set) var low: Int64 = 0
    /// Below this no change waits without a time, and none can appear except by hand.
    package private(set) var safe: Int64 = 0

    /// Counts how often the mark was lowered: an older scan does not know about that and must not raise it
    /// again.
    private var era = 0
    private var candidate: Candidate?
    private var nextSurvey = Duration.zero
    private var nextFullSurvey = Duration.zero

    /// An id that becomes safe once all transactions have ended that may have smaller ones.
    private struct Candidate: Sendable, Equatable {
        let mark: Int64
        /// Known from a survey that began after the id was read.
        var transactionLimit: Int64?
    }

    /// The minimum time between two surveys.
    package static let shortestInterval = Duration.milliseconds(250)
    /// A survey from zero, for changes that someone reset by hand.
    package static let fullInterval = Duration.seconds(60)
    /// After a survey, none is made for this many times its duration: a share of one in twenty, from zero one
    /// in a hundred.
    private static let (rest, fullRest) = (19, 99)

    package init() {}

    // MARK: Scans

    package func beginLook() -> Look {
        Look(start: low, era: era)
    }

    /// A scan has returned; what is below `nextMark` was claimed, or is held by others.
    package mutating func end(_ look: Look, nextMark: Int64) {
        guard look.era == era else { return }
        low = max(low, nextMark)
    }

    /// A scan has failed: what it had claimed waits again.
    package mutating func abandon(_ look: Look) {
        lower(to: look.start)
    }

    /// Forgets everything, for instance because the server is another one.
    package mutating func reset() {
        let era = era
        self = QueueMark()
        self.era = era + 1
    }

    // MARK: Surveys

    /// When the next survey is due, as the time since the worker began.
    package var nextSurveyTime: Duration { min(nextSurvey, nextFullSurvey) }

    package func beginSurvey(at now: Duration) -> Survey {
        let isFull = now >= nextFullSurvey
        return Survey(start: isFull ? 0 : safe, isFull: isFull, begin: now)
    }

    package mutating func end(_ survey: Survey, _ found: QueueSurvey, at now: Duration) {
        let duration = max(now - survey.begin, .zero)
        if survey.isFull {
            nextSurvey = now + Self.shortestInterval
            nextFullSurvey = now + max(duration * Self.fullRest, Self.fullInterval)
        } else {
            nextSurvey = now + max(duration * Self.rest, Self.shortestInterval)
        }
        advance(found)
        if let oldest = found.oldest {
            safe = min(safe, oldest)
            if oldest < low { lower(to: oldest) } else { low = oldest }
        } else {
            low = max(low, safe)
        }
    }

    /// Advances ``safe`` once every transaction has ended that may have an id smaller than the candidate.
    ///
    /// A writer has a transaction number before it asks for an id. So an id assigned before one survey
    /// belongs to a smaller number than any number not yet assigned at the next survey.
    private mutating func advance(_ found: QueueSurvey) {
        if let limit = candidate?.transactionLimit {
            guard found.snapshotMinimum >= limit, let mark = candidate?.mark else { return }
            safe = max(safe, min(mark, found.oldest ?? mark))
            candidate = nil
        }
        if candidate == nil {
            candidate = Candidate(mark: found.lastID + 1)
        } else {
            candidate?.transactionLimit = found.snapshotMaximum
        }
    }

    private mutating func lower(to mark: Int64) {
        guard mark < low else { return }
        low = mark
        era += 1
    }
}
