/// Chooses how many changes a batch takes, so that it takes about as long as it should.
///
/// A long batch holds its locks for long and loses much when it fails; a short one pays a commit for few
/// changes. Rows and servers differ, so the size follows from the time that recent batches took.
package struct BatchSize: Sendable, Equatable {
    /// How many changes the next batch may take.
    package private(set) var limit: Int
    /// The most a batch may take, as the settings say.
    package var maximum: Int {
        didSet {
            maximum = max(maximum, 1)
            limit = min(limit, maximum)
        }
    }

    package static let target = Duration.milliseconds(200)

    /// A quarter of the maximum is little enough to begin with, and soon doubled.
    package init(maximum: Int) {
        self.maximum = max(maximum, 1)
        limit = max(self.maximum / 4, 1)
    }

    /// Records a batch that was posted.
    package mutating func note(claimed: Int, took duration: Duration) {
        guard claimed > 0 else { return }
        if duration > Self.target {
            let fitting = Int(Double(claimed) * (Self.target / duration))
            // A single slow batch proves little.
            limit = min(limit, max(fitting, limit / 2, 1))
        } else if claimed >= limit, duration * 2 <= Self.target {
            limit = limit > maximum / 2 ? maximum : limit * 2
        }
    }

    /// A batch was cancelled because it took too long.
    package mutating func timedOut() {
        limit = max(limit / 2, 1)
    }

    /// Starts small again, after a failure that large batches make worse.
    package mutating func restart() {
        self = BatchSize(maximum: maximum)
    }
}
