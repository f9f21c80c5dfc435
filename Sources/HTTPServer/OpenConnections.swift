import CMicroHTTPD
import Glibc
import Concurrency

/// Which connections there are and since when, so that none lasts for ever and many of one client are no wall.
///
/// The library's own limit is one of idleness, which a byte from time to time is enough to escape.
final class OpenConnections: Sendable {
    private struct Entry {
        let descriptor: Int32
        let client: String
        /// What it is at, and since when.
        var phase = Phase.first
        var since = ContinuousClock.Instant.now
        var target: String?
        var isCut = false
    }

    private enum Phase {
        /// The head of its first request has not come, or that of a later one.
        case first, next
        /// The body comes, or an answer is sent.
        case receiving, sending
        /// An answer is made, which has a limit of its own; or a stream is sent, which has none.
        case working, streaming
    }

    private let limits: ServerLimits
    private let entries = Locked<[UInt: Entry]>([:])

    init(_ limits: ServerLimits) { self.limits = limits }

    /// A connection has begun; its number is its own until it has ended.
    func begin(_ number: UInt, descriptor: Int32) {
        let client = Self.client(of: descriptor)
        entries.withLock { entries in
            if entries.values.count(where: { !$0.isCut }) >= limits.crowd { Self.makeRoom(&entries) }
            entries[number] = Entry(descriptor: descriptor, client: client)
        }
    }

    /// The first line of a request has come.
    func note(target: String?, of number: UInt) { entries.withLock { $0[number]?.target = target } }

    /// What the first line said, and who said it.
    func request(of number: UInt) -> (target: String?, client: String) {
        entries.withLock { ($0[number]?.target, $0[number]?.client ?? "") }
    }

    /// The headers of a connection's request have come.
    func heard(_ number: UInt) { enter(.receiving, number) }

    /// Its answer is being made.
    func isWorking(_ number: UInt) { enter(.working, number) }

    /// Its answer is being sent.
    func isSending(_ number: UInt) { enter(.sending, number) }

    /// Its answer is a stream, which may take as long as it likes.
    func isStreaming(_ number: UInt) { enter(.streaming, number) }

    /// It has been answered, and may ask again.
    func awaitNext(_ number: UInt) { enter(.next, number) }

    private func enter(_ phase: Phase, _ number: UInt) {
        entries.withLock { entries in
            entries[number]?.phase = phase
            entries[number]?.since = .now
        }
    }

    /// A connection is about to be closed.
    func end(_ number: UInt) { entries.withLock { _ = $0.removeValue(forKey: number) } }

    /// Cuts those that have lasted for longer than they may.
    func cutThoseOverdue() {
        let now = ContinuousClock.now
        entries.withLock { entries in
            for (number, entry) in entries {
                let limit: Duration? =
                    switch entry.phase {
                    case .first: min(limits.headerTime, limits.lifetime)
                    case .next: limits.idleTime
                    case .receiving, .sending: limits.lifetime
                    case .working, .streaming: nil
                    }
                if let limit, now - entry.since > limit { Self.cut(number, &entries) }
            }
        }
    }

    /// Cuts those whose request has not come whole, or all; the server stops.
    func cut(all: Bool) {
        entries.withLock { entries in
            for (number, entry) in entries {
                switch entry.phase {
                case .first, .next, .receiving: Self.cut(number, &entries)
                case .sending, .working, .streaming: if all { Self.cut(number, &entries) }
                }
            }
        }
    }

    /// Cuts, of the connections of the client that has most, the one that has been silent for longest.
    private static func makeRoom(_ entries: inout [UInt: Entry]) {
        let waiting = entries.filter {
            ($0.value.phase == .first || $0.value.phase == .next) && !$0.value.isCut
        }
        let clients = Dictionary(grouping: waiting, by: \.value.client)
        let crowd = clients.values.max { $0.count < $1.count } ?? []
        guard let oldest = crowd.min(by: { $0.value.since < $1.value.since }) else { return }
        cut(oldest.key, &entries)
    }

    /// Under the lock, so that the descriptor cannot be someone else's by now.
    private static func cut(_ number: UInt, _ entries: inout [UInt: Entry]) {
        guard let entry = entries[number], !entry.isCut else { return }
        mhd_cut(entry.descriptor)
        entries[number]?.isCut = true
    }

    /// The address of the other end, as the kernel has it, in numbers and without its port.
    private static func client(of descriptor: Int32) -> String {
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return unsafe withUnsafeMutableBytes(of: &address) { bytes in
            guard let name = unsafe bytes.assumingMemoryBound(to: sockaddr.self).baseAddress,
                unsafe getpeername(descriptor, name, &length) == 0
            else { return "" }
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            guard unsafe getnameinfo(name, length, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0
            else { return "" }
            let client = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            // One client is one, whichever family it comes by.
            return client.hasPrefix("::ffff:") ? String(client.dropFirst(7)) : client
        }
    }
}
