/// Finds a sequence of bytes in a stream, wherever the stream is cut into chunks.
struct NeedleMatcher {
    let needle: [UInt8]
    private var tail: [UInt8] = []

    init(_ needle: [UInt8]) {
        self.needle = needle
    }

    /// Whether the needle ends in this chunk.
    mutating func ends(in chunk: [UInt8]) -> Bool {
        let window = tail + chunk
        tail = window.suffix(max(needle.count - 1, 0))
        return window.contains(needle)
    }
}
