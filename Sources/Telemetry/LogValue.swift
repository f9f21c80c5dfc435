/// One typed value of a log record.
///
/// A type rather than text, so that a machine-readable format keeps numbers as numbers and a format for people
/// may choose units.
public enum LogValue: Sendable, Hashable {
    /// Text of any origin; every format escapes it.
    case string(String)
    /// A whole number.
    case int(Int)
    /// A fractional number; JSON spells one that is not finite as a string.
    case double(Double)
    /// A truth value.
    case bool(Bool)
    /// A span of time: seconds as a number in JSON, `12.3ms` elsewhere.
    case duration(Duration)
}

extension LogValue: ExpressibleByStringInterpolation {
    /// Makes a text value of a literal.
    public init(stringLiteral value: String) { self = .string(value) }
}

extension LogValue: ExpressibleByIntegerLiteral {
    /// Makes a whole number of a literal.
    public init(integerLiteral value: Int) { self = .int(value) }
}

extension LogValue: ExpressibleByFloatLiteral {
    /// Makes a fractional number of a literal.
    public init(floatLiteral value: Double) { self = .double(value) }
}

extension LogValue: ExpressibleByBooleanLiteral {
    /// Makes a truth value of a literal.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
}
