/// Whether a poster rests before it looks again, so that on a busy system batches are fuller and fewer.
///
/// Each batch has a price beside that of its changes. Where changes come so fast that posting them as they come would
/// keep a poster at work most of the time, a rest of some milliseconds lets them gather. Where they come one at a
/// time, nobody waits for anything.
package struct PosterPacing: Sendable, Equatable {
    /// What a poster does after a batch.
    package enum Next: Sendable, Equatable {
        case lookAgain
        case rest(Duration)
        /// There is nothing more for now: sleep until woken.
        case park
    }

    package static let longestRest = Duration.milliseconds(20)
    private static let shortestRest = Duration.milliseconds(1)
    /// The share of the time that posting each change as it comes would take, from which on it is worth resting.
    private static let busyShare = 1.0
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
        guard rate * (price / .seconds(1)) > Self.busyShare else { return .park }
        let untilFull = Duration.seconds(Double(limit - claimed) / rate)
        return .rest(min(max(untilFull, Self.shortestRest), Self.longestRest))
    }
}
