/// A type that one word of the command line can be turned into.
///
/// An enumeration of strings that is `CaseIterable` conforms with no code at all.
public protocol ArgumentValue: ArgumentStorage where Value == Self {
    /// Reads the word, or answers nil if it is not `Self.expectation`.
    init?(argument: String)
    /// The word that would be read as this value.
    var argument: String { get }
    /// What a valid word is, such as "a whole number".
    static var expectation: String { get }
    /// What help calls a value of this type unless the declaration has a better name.
    static var placeholder: String { get }
    /// Every valid word, if they can be listed.
    static var allowedValues: [String] { get }
}

extension ArgumentValue {
    /// No list.
    public static var allowedValues: [String] { [] }
    /// Exactly one value.
    public static var arity: Arity { .one }
    /// The value itself.
    public var values: [Self] { [self] }
    /// The last value given.
    public static func storing(_ value: Self, after previous: Self?) -> Self { value }
}

extension ArgumentValue where Self: RawRepresentable & CaseIterable, RawValue == String {
    /// Reads a raw value.
    public init?(argument: String) { self.init(rawValue: argument) }
    /// The raw value.
    public var argument: String { rawValue }
    /// The raw values.
    public static var expectation: String { "one of " + allowedValues.joined(separator: ", ") }
    /// A neutral name.
    public static var placeholder: String { "KIND" }
    /// The raw values.
    public static var allowedValues: [String] { allCases.map(\.rawValue) }
}

extension ArgumentValue where Self: FixedWidthInteger {
    /// Reads decimal digits with an optional sign.
    public init?(argument: String) { self.init(argument) }
    /// The decimal digits.
    public var argument: String { String(self) }
    /// What an integer is.
    public static var expectation: String { "a whole number" }
    /// A neutral name.
    public static var placeholder: String { "NUMBER" }
}

extension Int: ArgumentValue {}
extension Int64: ArgumentValue {}
extension UInt16: ArgumentValue {}

extension String: ArgumentValue {
    /// Takes any word.
    public init?(argument: String) { self = argument }
    /// The text itself.
    public var argument: String { self }
    /// Anything.
    public static var expectation: String { "a text" }
    /// A neutral name.
    public static var placeholder: String { "TEXT" }
}

/// Which values of a type a parameter takes.
public struct Limits<Value: ArgumentValue>: Sendable {
    let text: String
    let contains: @Sendable (Value) -> Bool
}

extension Limits where Value: Comparable {
    /// Values of a range.
    public static func within(_ range: ClosedRange<Value>) -> Limits {
        Limits(text: "\(range.lowerBound.argument) to \(range.upperBound.argument)") { range.contains($0) }
    }

    /// Values from a minimum on.
    public static func atLeast(_ minimum: Value) -> Limits {
        Limits(text: "at least \(minimum.argument)") { $0 >= minimum }
    }
}
