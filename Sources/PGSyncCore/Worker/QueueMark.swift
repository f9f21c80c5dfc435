/// Where the posters of a worker begin to look for changes, so that the time a look takes does not grow with what is
/// finished: decisions alone.
///
/// Finished changes leave index entries behind that nothing can remove while somebody holds an old snapshot, and a scan
/// from the start would wade through all of them. So a look begins at ``low``, which moves on with each batch. Below
/// it changes may come to light all the same: ids become visible out of order, and a batch that fails puts back what it
/// had taken. These are found by surveys, which see everything from ``safe`` on without a lock, and now and then
/// from zero; what they find lowers the mark.
package struct QueueMark: Sendable, Equatable {
    /// A look that is under way.
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

    /// Where looks begin.
    package private(set) var low: Int64 = 0
    /// Below this nothing waits and nothing can come to light: whatever had a smaller id is over.
    package private(set) var safe: Int64 = 0

    /// Counts how often the mark was lowered: an older look knows nothing of that and does not raise it again.
    private var era = 0
    private var candidate: Candidate?
    private var nextSurvey = Duration.zero
    private var nextFullSurvey = Duration.zero

    /// An id that becomes safe once all transactions are over that may have smaller ones.
    private struct Candidate: Sendable, Equatable {
        let mark: Int64
        /// Known from a survey that began after the id had been read.
        var transactionLimit: Int64?
    }

    /// A survey is never due sooner than this after the last.
    package static let shortestInterval = Duration.milliseconds(250)
    /// A survey from zero, for what somebody set back by hand.
    package static let fullInterval = Duration.seconds(60)
    /// So many times as long as a survey took nobody does another: a share of one in twenty, from zero one in a hundred.
    private static let (rest, fullRest) = (19, 99)

    package init() {}

    // MARK: Looks

    package func beginLook() -> Look {
        Look(start: low, era: era)
    }

    /// A look has come back; what is below `nextMark` was taken or is in other hands.
    package mutating func end(_ look: Look, nextMark: Int64) {
        guard look.era == era else { return }
        low = max(low, nextMark)
    }

    /// A look has failed: what it had taken waits again.
    package mutating func abandon(_ look: Look) {
        lower(to: look.start)
    }

    /// Nothing that was learnt counts any more, for instance because the server is another one.
    package mutating func reset() {
        let era = era
        self = QueueMark()
        self.era = era + 1
    }

    // MARK: Surveys

    /// When the next survey is due, as time since the worker began.
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

    /// Moves ``safe`` on when everybody is over who may have had a smaller id than the candidate.
    ///
    /// Who writes has a number before it asks for an id. So whoever got an id before one survey has a smaller number
    /// than any that had not been given out at the next.
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
