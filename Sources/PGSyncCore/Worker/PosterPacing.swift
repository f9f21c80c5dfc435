/// Decides whether a poster rests before its next call, so that on a busy system batches are larger and
/// fewer.
///
/// Each batch has a fixed cost besides that of its changes. A poster that never rests takes what arrived
/// while it posted, so batches grow with the load by themselves and no change waits for more than two of
/// them. A rest makes them larger, which saves the server work, and makes each change wait longer. So a rest
/// is a share of the fixed cost, which is all that it can save: none if not even one change arrived while a
/// batch was posted, since the poster is then idle anyway, and at most half of it.
package struct PosterPacing: Sendable, Equatable {
    /// What a poster does after a batch.
    package enum Next: Sendable, Equatable {
        case lookAgain
        case rest(Duration)
        /// Nothing more to do for now: sleep until woken.
        case park
    }

    package static let longestRest = Duration.milliseconds(20)
    /// Sleeping and waking up take some of that time anyway.
    private static let shortestRest = Duration.microseconds(500)
    /// The longest rest, as a share of the fixed cost of a batch.
    private static let restShare = 0.5
    /// About how many changes cost as much as the fixed cost of a batch; this does not depend on the machine.
    private static let fixedPrice = 20.0
    /// The half-life of the rate, in seconds.
    private static let memory = 0.02

    private var lastEnd: Duration?
    private var lastDuration: Duration?
    /// Changes per second, as they arrived recently.
    private var rate = 0.0

    package init() {}

    /// Records a batch and its end, and returns what to do next.
    package mutating func note(claimed: Int, limit: Int, took duration: Duration, at now: Duration) -> Next {
        defer { (lastEnd, lastDuration) = (now, duration) }
        guard claimed > 0 else { return .park }
        // The distant past counts for little, however busy it was.
        let elapsed = max((lastEnd.map { now - $0 } ?? .seconds(1)) / .seconds(1), 0.000_1)
        let weight = elapsed / (elapsed + Self.memory)
        rate += (Double(claimed) / elapsed - rate) * weight
        guard claimed < limit else { return .lookAgain }
        // Once proves nothing: the disk may have been slow for a moment.
        let price = min(duration, lastDuration ?? duration)
        let comingMeanwhile = rate * (price / .seconds(1))
        guard comingMeanwhile > 1 else { return .park }
        let untilFull = Duration.seconds(Double(limit - claimed) / rate)
        let fixed = price * (Self.fixedPrice / (Self.fixedPrice + Double(claimed)))
        let rest = min(fixed * (Self.restShare * (1 - 1 / comingMeanwhile)), untilFull, Self.longestRest)
        return rest < Self.shortestRest ? .lookAgain : .rest(rest)
    }
}
