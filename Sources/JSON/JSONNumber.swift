/// A JSON number, kept as the decimal text it was written with.
///
/// Nothing is rounded on the way: `0.10` stays `0.10`. Two numbers are equal when their texts are.
public struct JSONNumber: Sendable, Hashable, CustomStringConvertible {
    /// The number as RFC 8259 writes it.
    public let text: String

    /// Creates a number from its text, which must follow the grammar of RFC 8259.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard Self.end(of: bytes, from: 0) == bytes.count else { return nil }
        self.text = text
    }

    /// Creates a whole number.
    public init(_ integer: some BinaryInteger) {
        self.text = String(integer)
    }

    /// Creates a number from the shortest text that reads back as the same double, unless it is not finite.
    public init?(_ double: Double) {
        guard double.isFinite else { return nil }
        self.text = "\(double)"
    }

    init(checkedText: String) {
        self.text = checkedText
    }

    /// The number as an integer, if it is written as one and fits.
    ///
    /// `1.0` and `1e2` are not written as integers.
    public func integer<Integer: FixedWidthInteger>(as type: Integer.Type = Int.self) -> Integer? {
        Integer(text)
    }

    /// The number as an integer, if it is written as one and fits.
    public var int: Int? { integer() }

    /// The nearest double, if the number is within its range.
    public var double: Double? {
        guard let value = Double(text), value.isFinite else { return nil }
        return value
    }

    /// The text.
    public var description: String { text }

    /// Where the number that begins at `start` ends, or nil if none does.
    static func end(of bytes: [UInt8], from start: Int) -> Int? {
        var offset = start
        func next() -> UInt8? { offset < bytes.count ? bytes[offset] : nil }
        func skipDigits() -> Bool {
            let first = offset
            while let byte = next(), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { offset += 1 }
            return offset > first
        }

        if next() == UInt8(ascii: "-") { offset += 1 }
        if next() == UInt8(ascii: "0") {
            offset += 1
        } else {
            guard skipDigits() else { return nil }
        }
        if next() == UInt8(ascii: ".") {
            offset += 1
            guard skipDigits() else { return nil }
        }
        if next() == UInt8(ascii: "e") || next() == UInt8(ascii: "E") {
            offset += 1
            if next() == UInt8(ascii: "+") || next() == UInt8(ascii: "-") { offset += 1 }
            guard skipDigits() else { return nil }
        }
        return offset
    }
}
