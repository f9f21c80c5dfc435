import PGSyncCore

/// What the sleeping worker and the busy worker did while the application wrote.
struct HelperCounts: Sendable {
    /// How often the sleeping listener was woken, by what.
    var wakes: [SleepState.Wake: Int] = [:]
    /// How many changes the busy worker has taken.
    var taken = 0

    mutating func add(_ other: HelperCounts) {
        wakes.merge(other.wakes, uniquingKeysWith: +)
        taken += other.taken
    }
}
