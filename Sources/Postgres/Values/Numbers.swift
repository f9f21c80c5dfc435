/// A whole number that PostgreSQL keeps as `int2`, `int4` or `int8`.
public protocol PostgresInteger: PostgresEncodable, PostgresDecodable, PostgresArrayElement,
    FixedWidthInteger, Sendable
{}

extension PostgresInteger {
    public var postgresText: String? { String(self) }
    public static var expectation: String { "a whole number that fits \(Self.self)" }

    public static func decode(_ text: Span<UInt8>, type: DataType) -> Self? {
        switch type {
        case .int2, .int4, .int8, .oid: text.wholeNumber(as: Self.self)
        default: nil
        }
    }
}

extension Int: PostgresInteger {
    public static var postgresType: DataType { .int8 }
    public static var postgresArrayType: DataType { DataType(id: 1016) }
}

extension Int64: PostgresInteger {
    public static var postgresType: DataType { .int8 }
    public static var postgresArrayType: DataType { DataType(id: 1016) }
}

extension Int32: PostgresInteger {
    public static var postgresType: DataType { .int4 }
    public static var postgresArrayType: DataType { DataType(id: 1007) }
}

extension Int16: PostgresInteger {
    public static var postgresType: DataType { .int2 }
    public static var postgresArrayType: DataType { DataType(id: 1005) }
}

/// A transaction id with its epoch (`xid8`), or another unsigned number of 64 bits.
extension UInt64: PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    public static var postgresType: DataType { .xid8 }
    public static var postgresArrayType: DataType { DataType(id: 271) }
    public var postgresText: String? { String(self) }
    public static var expectation: String { "an unsigned number of 64 bits" }

    public static func decode(_ text: Span<UInt8>, type: DataType) -> UInt64? {
        switch type {
        case .xid8, .oid, .int2, .int4, .int8: text.wholeNumber(as: UInt64.self)
        default: nil
        }
    }
}

extension Double: PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    public static var postgresType: DataType { .float8 }
    public static var postgresArrayType: DataType { DataType(id: 1022) }
    public static var expectation: String { "a floating-point number" }

    public var postgresText: String? {
        if isNaN { return "NaN" }
        if isInfinite { return self < 0 ? "-Infinity" : "Infinity" }
        return String(self)
    }

    public static func decode(_ text: Span<UInt8>, type: DataType) -> Double? {
        switch type {
        case .float4, .float8, .int2, .int4: Double(text.string)
        default: nil
        }
    }
}

extension Bool: PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    public static var postgresType: DataType { .bool }
    public static var postgresArrayType: DataType { DataType(id: 1000) }
    public static var expectation: String { "a boolean" }
    public var postgresText: String? { self ? "t" : "f" }

    public static func decode(_ text: Span<UInt8>, type: DataType) -> Bool? {
        guard type == .bool, text.count == 1 else { return nil }
        return text[0] == UInt8(ascii: "t")
    }
}

/// A `numeric` as the exact decimal text the server holds, NaN and the infinities included.
///
/// It is text on purpose: nothing is rounded on the way, and arithmetic belongs to whoever knows the currency.
public struct Numeric: Sendable, Hashable, CustomStringConvertible {
    /// The decimal text, such as `118.00`.
    public let text: String

    /// Takes a decimal number, `NaN`, `Infinity` or `-Infinity`; nil for any other text.
    public init?(_ text: String) {
        guard Self.isNumeric(text.utf8) || ["NaN", "Infinity", "-Infinity"].contains(text) else { return nil }
        self.text = text
    }

    /// Whether it is a number one can count with.
    public var isFinite: Bool {
        text != "NaN" && !text.hasSuffix("Infinity")
    }

    public var description: String {
        text
    }

    private static func isNumeric(_ text: String.UTF8View) -> Bool {
        var rest = text[...]
        if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        let isDigit = { (byte: UInt8) in byte &- UInt8(ascii: "0") <= 9 }
        let whole = rest.prefix(while: isDigit)
        rest = rest.dropFirst(whole.count)
        var fractionCount = 0
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            fractionCount = rest.prefix(while: isDigit).count
            rest = rest.dropFirst(fractionCount)
        }
        return rest.isEmpty && whole.count + fractionCount > 0
    }
}

extension Numeric: PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    public static var postgresType: DataType { .numeric }
    public static var postgresArrayType: DataType { DataType(id: 1231) }
    public static var expectation: String { "a decimal number" }
    public var postgresText: String? { text }

    public static func decode(_ text: Span<UInt8>, type: DataType) -> Numeric? {
        switch type {
        case .numeric, .int2, .int4, .int8: Numeric(text.string)
        default: nil
        }
    }
}
