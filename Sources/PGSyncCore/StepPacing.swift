/// How many rows the next step takes, and how long to rest before it.
///
/// Rows differ in size and servers in load, so the rows follow from the time the last step took.
package struct StepPacing: Sendable, Equatable {
    /// The share of the time that is spent working, above 0 and at most 1.
    package let share: Double
    /// The rows of the next step.
    package private(set) var rows = 200

    private static let fewest = 10
    private static let most = 50_000

    package init(share: Double) {
        self.share = min(max(share, 0.01), 1)
    }

    /// Records the time of a step, which should have been `target`; returns the rest before the next one.
    package mutating func pause(afterStepOf duration: Duration, target: Duration) -> Duration {
        // One slow step must not stop everything, and one fast step must not lead to a huge one.
        let factor = duration > .zero ? min(max(target / duration, 0.25), 2) : 2
        rows = min(max(Int(Double(rows) * factor), Self.fewest), Self.most)
        return duration * ((1 - share) / share)
    }
}
