import Glibc
import Locking

/// Which connections there are and since when, so that none lasts for ever.
///
/// The library's own limit is one of idleness, which a byte from time to time is enough to escape.
final class OpenConnections: Sendable {
    private struct Entry {
        let descriptor: Int32
        let beginning: ContinuousClock.Instant
    }

    private let entries = Locked<[UInt: Entry]>([:])

    /// A connection has begun; its number is its own until it has ended.
    func begin(_ number: UInt, descriptor: Int32) {
        entries.withLock { $0[number] = Entry(descriptor: descriptor, beginning: .now) }
    }

    /// A connection is about to be closed.
    func end(_ number: UInt) { entries.withLock { _ = $0.removeValue(forKey: number) } }

    /// Cuts those that have lasted for longer.
    func cut(olderThan lifetime: Duration) {
        let now = ContinuousClock.now
        // Under the lock, so that a descriptor cannot be somebody else's by now.
        entries.withLock { entries in
            for entry in entries.values where now - entry.beginning > lifetime {
                shutdown(entry.descriptor, Int32(SHUT_RDWR))
            }
        }
    }
}
