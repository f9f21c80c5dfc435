import Glibc
import Concurrency

/// Which connections there are and since when, so that none lasts for ever and many of one client are no wall.
///
/// The library's own limit is one of idleness, which a byte from time to time is enough to escape.
final class OpenConnections: Sendable {
    private struct Entry {
        let descriptor: Int32
        let client: [UInt8]
        let beginning: ContinuousClock.Instant
        /// Whether the request's headers have come.
        var isHeard = false
        var isCut = false
    }

    private let limits: ServerLimits
    private let entries = Locked<[UInt: Entry]>([:])

    init(_ limits: ServerLimits) { self.limits = limits }

    /// A connection has begun; its number is its own until it has ended.
    func begin(_ number: UInt, descriptor: Int32) {
        let client = Self.client(of: descriptor)
        entries.withLock { entries in
            if entries.values.count(where: { !$0.isCut }) >= limits.crowd { Self.makeRoom(&entries) }
            entries[number] = Entry(descriptor: descriptor, client: client, beginning: .now)
        }
    }

    /// The headers of a connection's request have come.
    func heard(_ number: UInt) { entries.withLock { $0[number]?.isHeard = true } }

    /// A connection is about to be closed.
    func end(_ number: UInt) { entries.withLock { _ = $0.removeValue(forKey: number) } }

    /// Cuts those that have lasted for longer than they may.
    func cutThoseOverdue() {
        let now = ContinuousClock.now
        entries.withLock { entries in
            for (number, entry) in entries {
                let age = now - entry.beginning
                if age > limits.lifetime || (!entry.isHeard && age > limits.headerTime) {
                    Self.cut(number, &entries)
                }
            }
        }
    }

    /// Cuts, of the connections of the client that has most, the one that has been silent for longest.
    private static func makeRoom(_ entries: inout [UInt: Entry]) {
        let waiting = entries.filter { !$0.value.isHeard && !$0.value.isCut }
        let clients = Dictionary(grouping: waiting, by: \.value.client)
        let crowd = clients.values.max { $0.count < $1.count } ?? []
        guard let oldest = crowd.min(by: { $0.value.beginning < $1.value.beginning }) else { return }
        cut(oldest.key, &entries)
    }

    /// Under the lock, so that the descriptor cannot be someone else's by now.
    private static func cut(_ number: UInt, _ entries: inout [UInt: Entry]) {
        guard let entry = entries[number], !entry.isCut else { return }
        shutdown(entry.descriptor, Int32(SHUT_RDWR))
        entries[number]?.isCut = true
    }

    /// The address of the other end, as the kernel has it, without its port.
    private static func client(of descriptor: Int32) -> [UInt8] {
        var address = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        return unsafe withUnsafeMutableBytes(of: &address) { bytes in
            let name = unsafe bytes.assumingMemoryBound(to: sockaddr.self).baseAddress
            guard unsafe getpeername(descriptor, name, &length) == 0 else { return [] }
            // After the family and the port, which are in the same places in both families.
            return unsafe Array(bytes[4..<min(max(Int(length), 4), 24)])
        }
    }
}
