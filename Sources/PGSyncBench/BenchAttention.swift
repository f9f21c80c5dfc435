import PGSyncCore

/// What those did who look after the log while the application writes.
struct BenchAttention: Sendable {
    /// How often the sleeping listener was woken, by what.
    var wakes: [AlarmState.Wake: Int] = [:]
    /// How many changes the busy worker has taken.
    var taken = 0

    mutating func add(_ other: BenchAttention) {
        wakes.merge(other.wakes, uniquingKeysWith: +)
        taken += other.taken
    }
}
