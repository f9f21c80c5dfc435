/// Text; any type can be read as the text PostgreSQL shows for it.
extension String: PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    public static var postgresType: DataType { .text }
    public static var postgresArrayType: DataType { DataType(id: 1009) }
    public static var expectation: String { "text" }
    public var postgresText: String? { self }

    public static func decode(_ text: Span<UInt8>, type: DataType) -> String? {
        text.string
    }
}

/// A `jsonb` or `json` document as its text.
public struct JSONText: Sendable, Hashable, PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    /// The document.
    public let text: String

    /// Takes a document; the server checks it.
    public init(_ text: String) {
        self.text = text
    }

    public static var postgresType: DataType { .jsonb }
    public static var postgresArrayType: DataType { DataType(id: 3807) }
    public static var expectation: String { "a JSON document" }
    public var postgresText: String? { text }

    public static func decode(_ text: Span<UInt8>, type: DataType) -> JSONText? {
        type == .jsonb || type == .json ? JSONText(text.string) : nil
    }
}

/// A `bytea`.
public struct ByteString: Sendable, Hashable, PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    /// The bytes.
    public let bytes: [UInt8]

    /// Takes the bytes.
    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    public static var postgresType: DataType { .bytea }
    public static var postgresArrayType: DataType { DataType(id: 1001) }
    public static var expectation: String { "a byte string" }
    public var parameter: Parameter { Parameter(.bytea, binary: bytes) }

    public var postgresText: String? {
        let digits = Array("0123456789abcdef".utf8)
        return "\\x"
            + String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// Reads both forms of `bytea_output`, since a role's default may have chosen the old one.
    public static func decode(_ text: Span<UInt8>, type: DataType) -> ByteString? {
        guard type == .bytea else { return nil }
        if text.count >= 2, text[0] == UInt8(ascii: "\\"), text[1] == UInt8(ascii: "x") {
            return decodeHex(text)
        }
        return decodeEscaped(text)
    }

    private static func decodeHex(_ text: Span<UInt8>) -> ByteString? {
        guard text.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 2 - 1)
        for index in stride(from: 2, to: text.count, by: 2) {
            guard let high = hexDigit(text[index]), let low = hexDigit(text[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return ByteString(bytes)
    }

    private static func decodeEscaped(_ text: Span<UInt8>) -> ByteString? {
        var bytes: [UInt8] = []
        var index = 0
        while index < text.count {
            guard text[index] == UInt8(ascii: "\\") else {
                bytes.append(text[index])
                index += 1
                continue
            }
            if index + 1 < text.count, text[index + 1] == UInt8(ascii: "\\") {
                bytes.append(UInt8(ascii: "\\"))
                index += 2
                continue
            }
            guard index + 3 < text.count else { return nil }
            var value: UInt16 = 0
            for offset in 1...3 {
                let digit = text[index + offset] &- UInt8(ascii: "0")
                guard digit <= 7 else { return nil }
                value = value << 3 | UInt16(digit)
            }
            guard let byte = UInt8(exactly: value) else { return nil }
            bytes.append(byte)
            index += 4
        }
        return ByteString(bytes)
    }
}

/// The value of one hexadecimal digit.
func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
}

/// A `uuid`, in its lower-case canonical form.
public struct UniqueID: Sendable, Hashable, CustomStringConvertible {
    /// The 36 characters.
    public let text: String

    /// Takes the canonical form with hyphens, in any case; nil for any other text.
    public init?(_ text: String) {
        let canonical = text.lowercased()
        let bytes = Array(canonical.utf8)
        guard bytes.count == 36 else { return nil }
        for (index, byte) in bytes.enumerated() {
            let fits =
                [8, 13, 18, 23].contains(index) ? byte == UInt8(ascii: "-") : hexDigit(byte) != nil
            guard fits else { return nil }
        }
        self.text = canonical
    }

    public var description: String {
        text
    }
}

extension UniqueID: PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    public static var postgresType: DataType { .uuid }
    public static var postgresArrayType: DataType { DataType(id: 2951) }
    public static var expectation: String { "a uuid" }
    public var postgresText: String? { text }

    public static func decode(_ text: Span<UInt8>, type: DataType) -> UniqueID? {
        type == .uuid ? UniqueID(text.string) : nil
    }
}
