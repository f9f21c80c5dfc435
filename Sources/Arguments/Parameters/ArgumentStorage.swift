/// What a property that holds a parameter can be: a value, an optional value or an array of values.
public protocol ArgumentStorage: Sendable {
    /// The type of one value.
    associatedtype Value: ArgumentValue
    /// How many values the property takes.
    static var arity: Arity { get }
    /// What the property holds, to show as default.
    var values: [Value] { get }
    /// What the property holds once `value` was given; `previous` is nil for the first one.
    static func storing(_ value: Value, after previous: Self?) -> Self
}

extension Optional: ArgumentStorage where Wrapped: ArgumentValue {
    /// One value or none.
    public static var arity: Arity { .optional }
    /// The value, if any.
    public var values: [Wrapped] { map { [$0] } ?? [] }
    /// The last value given.
    public static func storing(_ value: Wrapped, after previous: Self?) -> Self { value }
}

extension Array: ArgumentStorage where Element: ArgumentValue {
    /// Any number of values.
    public static var arity: Arity { .many }
    /// The elements.
    public var values: [Element] { self }
    /// All values given.
    public static func storing(_ value: Element, after previous: Self?) -> Self { (previous ?? []) + [value] }
}
