/// Cuts a stream of bytes into lines.
struct LineSplitter {
    /// A line that grows longer than this is given out in pieces, so that no child can fill our memory.
    static let longestLine = 64 * 1_024

    private var pending: [UInt8] = []

    /// The lines that `bytes` complete.
    mutating func split(_ bytes: ArraySlice<UInt8>) -> [String] {
        var lines: [String] = []
        var rest = bytes
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            append(rest[..<end], to: &lines)
            lines.append(take())
            rest = rest[(end + 1)...]
        }
        append(rest, to: &lines)
        return lines
    }

    /// The last line, where it has no line end.
    mutating func finish() -> String? { pending.isEmpty ? nil : take() }

    private mutating func append(_ bytes: ArraySlice<UInt8>, to lines: inout [String]) {
        var rest = bytes
        while pending.count + rest.count > Self.longestLine {
            let room = Self.longestLine - pending.count
            pending += rest.prefix(room)
            lines.append(take())
            rest = rest.dropFirst(room)
        }
        pending += rest
    }

    private mutating func take() -> String {
        defer { pending.removeAll(keepingCapacity: true) }
        return String(decoding: pending, as: UTF8.self)
    }
}
