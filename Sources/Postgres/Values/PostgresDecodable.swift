/// A Swift type that values of a result can be read as.
public protocol PostgresDecodable: Sendable {
    /// What is expected, in words that fit behind "expected": `a whole number`.
    static var expectation: String { get }
    /// Reads the server's text form; nil when the type or the text does not fit.
    static func decode(_ text: Span<UInt8>, type: DataType) -> Self?
    /// What null becomes; nil when null is not acceptable.
    static var decodedNull: Self? { get }
}

extension PostgresDecodable {
    /// Null is not acceptable unless a type says otherwise.
    public static var decodedNull: Self? { nil }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    public static var expectation: String { "\(Wrapped.expectation) or null" }
    public static var decodedNull: Wrapped?? { .some(nil) }

    public static func decode(_ text: Span<UInt8>, type: DataType) -> Wrapped?? {
        guard let value = Wrapped.decode(text, type: type) else { return nil }
        return .some(value)
    }
}

extension Span<UInt8> {
    /// The bytes as text; the connection speaks UTF-8, so nothing is ever replaced.
    var string: String {
        unsafe withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }

    /// The bytes as a whole number, nil when they are anything else or too large.
    func wholeNumber<Number: FixedWidthInteger>(as: Number.Type) -> Number? {
        guard !isEmpty else { return nil }
        let isNegative = self[0] == UInt8(ascii: "-")
        guard !isNegative || (Number.isSigned && count > 1) else { return nil }
        var value: Number = 0
        for index in (isNegative ? 1 : 0)..<count {
            let digit = self[index] &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            let (shifted, overflowed) = value.multipliedReportingOverflow(by: 10)
            let step = Number(digit)
            let (next, overflowedAgain) =
                isNegative
                ? shifted.subtractingReportingOverflow(step) : shifted.addingReportingOverflow(step)
            guard !overflowed, !overflowedAgain else { return nil }
            value = next
        }
        return value
    }
}
