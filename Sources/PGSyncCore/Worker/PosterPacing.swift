/// Whether a poster rests before it looks again, so that on a busy system batches are fuller and fewer.
///
/// Each batch has a price beside that of its changes. A poster that never rests takes what has gathered while it posted,
/// so batches grow with the load by themselves and no change waits for more than two of them. A rest makes them still
/// fuller, which spares the server work, and makes each change wait longer. So it is a share of the fixed price, which is
/// all that it can spare: none where not even one change came while a batch was posted, for then the poster is idle
/// anyway, and at most half, however many came.
package struct PosterPacing: Sendable, Equatable {
    /// What a poster does after a batch.
    package enum Next: Sendable, Equatable {
        case lookAgain
        case rest(Duration)
        /// There is nothing more for now: sleep until woken.
        case park
    }

    package static let longestRest = Duration.milliseconds(20)
    /// To sleep and wake takes some of that itself.
    private static let shortestRest = Duration.microseconds(500)
    /// The longest rest, as a share of the fixed price of a batch.
    private static let restShare = 0.5
    /// How many changes cost as much as the fixed price of a batch, about: that does not depend on the machine.
    private static let fixedPrice = 20.0
    /// After so many seconds a rate counts for half.
    private static let memory = 0.02

    private var lastEnd: Duration?
    private var lastDuration: Duration?
    /// Changes a second, as they have come lately.
    private var rate = 0.0

    package init() {}

    /// Takes note of a batch that ended at a time, and tells what to do next.
    package mutating func note(claimed: Int, limit: Int, took duration: Duration, at now: Duration) -> Next {
        defer { (lastEnd, lastDuration) = (now, duration) }
        guard claimed > 0 else { return .park }
        // What was long ago counts for little, however busy it was.
        let elapsed = max((lastEnd.map { now - $0 } ?? .seconds(1)) / .seconds(1), 0.000_1)
        let weight = elapsed / (elapsed + Self.memory)
        rate += (Double(claimed) / elapsed - rate) * weight
        guard claimed < limit else { return .lookAgain }
        // Once is no rule: the disk may have been slow for a moment.
        let price = min(duration, lastDuration ?? duration)
        let comingMeanwhile = rate * (price / .seconds(1))
        guard comingMeanwhile > 1 else { return .park }
        let untilFull = Duration.seconds(Double(limit - claimed) / rate)
        let fixed = price * (Self.fixedPrice / (Self.fixedPrice + Double(claimed)))
        let rest = min(fixed * (Self.restShare * (1 - 1 / comingMeanwhile)), untilFull, Self.longestRest)
        return rest < Self.shortestRest ? .lookAgain : .rest(rest)
    }
}
