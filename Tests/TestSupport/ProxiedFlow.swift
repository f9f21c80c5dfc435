/// One direction of a proxied connection: what has been received and not yet handed on.
struct ProxiedFlow {
    private struct Chunk {
        var bytes: ArraySlice<UInt8>
        let due: ContinuousClock.Instant
    }

    /// More than this is left in the sender's hands.
    private static let capacity = 262_144

    private var chunks: [Chunk] = []
    private var size = 0
    private var endIsForwarded = false

    /// Whether the sender has said that nothing more will come.
    var hasEnded = false

    var isEmpty: Bool { chunks.isEmpty }
    var isDone: Bool { endIsForwarded }
    var wantsMore: Bool { !hasEnded && size < Self.capacity }
    var nextDue: ContinuousClock.Instant? { chunks.first?.due }

    /// Whether the receiver's buffer holds up what is due.
    func isBlocked(now: ContinuousClock.Instant) -> Bool { nextDue.map { $0 <= now } ?? false }

    mutating func append(_ bytes: ArraySlice<UInt8>, due: ContinuousClock.Instant) {
        guard !bytes.isEmpty else { return }
        chunks.append(Chunk(bytes: bytes, due: due))
        size += bytes.count
    }

    /// Hands on what is due, and at last the end; returns the number of bytes, or nil if the receiver is gone.
    mutating func flush(to sink: Socket, now: ContinuousClock.Instant) -> Int? {
        var total = 0
        while let chunk = chunks.first, chunk.due <= now {
            guard let sent = sink.send(chunk.bytes) else { return nil }
            total += sent
            size -= sent
            guard sent == chunk.bytes.count else {
                chunks[0].bytes = chunk.bytes.dropFirst(sent)
                return total
            }
            chunks.removeFirst()
        }
        if hasEnded, chunks.isEmpty, !endIsForwarded {
            sink.endSending()
            endIsForwarded = true
        }
        return total
    }
}
