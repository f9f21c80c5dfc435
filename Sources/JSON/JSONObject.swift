/// Keys with values, in the order they were added.
///
/// Two objects are equal when they have the same keys with equal values, in whatever order. Keys are compared
/// byte by byte, as JSON demands; Swift's own comparison would take composed and decomposed letters for one.
public struct JSONObject: Sendable, Equatable {
    private var entries: [Element] = []
    /// Where the keys of a long object are; those of a short one are looked at in turn, which is faster.
    private var positions: [Key: Int] = [:]

    private static let short = 16

    /// Creates an empty object.
    public init() {}

    /// Creates an object from pairs; of a key given twice, the last value counts.
    public init(_ pairs: some Sequence<(String, JSONValue)>) {
        for (key, value) in pairs { self[key] = value }
    }

    /// The keys in order.
    public var keys: [String] { entries.map(\.key) }

    /// The value of a key; setting a new key adds it at the end, setting nil removes it.
    public subscript(key: String) -> JSONValue? {
        get { position(of: key).map { entries[$0].value } }
        set {
            switch (position(of: key), newValue) {
            case (let position?, let value?):
                entries[position].value = value
            case (nil, let value?):
                entries.append((key, value))
                if entries.count > Self.short + 1 {
                    positions[Key(text: key)] = entries.count - 1
                } else if entries.count > Self.short {
                    findPositions()
                }
            case (let position?, nil):
                entries.remove(at: position)
                findPositions()
            case (nil, nil):
                break
            }
        }
    }

    private func position(of key: String) -> Int? {
        guard entries.count <= Self.short else { return positions[Key(text: key)] }
        return entries.firstIndex { Key(text: $0.key) == Key(text: key) }
    }

    private mutating func findPositions() {
        positions = [:]
        guard entries.count > Self.short else { return }
        for (position, entry) in entries.enumerated() { positions[Key(text: entry.key)] = position }
    }

    /// Whether both have the same keys with equal values.
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.count == right.count && left.allSatisfy { right[$0.key] == $0.value }
    }

    private struct Key: Hashable {
        let text: String

        static func == (left: Key, right: Key) -> Bool {
            // What Swift calls different has other bytes; what it calls equal may have.
            left.text == right.text && left.text.utf8.elementsEqual(right.text.utf8)
        }

        func hash(into hasher: inout Hasher) {
            for byte in text.utf8 { hasher.combine(byte) }
        }
    }
}

extension JSONObject: RandomAccessCollection {
    /// A key with its value.
    public typealias Element = (key: String, value: JSONValue)

    /// The position of the first pair.
    public var startIndex: Int { 0 }

    /// The position after the last pair.
    public var endIndex: Int { entries.count }

    /// The pair at a position.
    public subscript(position: Int) -> Element { entries[position] }
}
