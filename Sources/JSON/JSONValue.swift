/// A JSON document or a part of one.
///
/// Numbers keep the text they were written with and objects keep the order of their keys, so that parsing and
/// writing a document loses nothing but white space.
public enum JSONValue: Sendable, Equatable {
    /// The literal `null`.
    case null
    /// The literal `true` or `false`.
    case bool(Bool)
    /// A number with its exact decimal text.
    case number(JSONNumber)
    /// A text without its escapes.
    case string(String)
    /// A list.
    case array([JSONValue])
    /// Keys with values, in the order written.
    case object(JSONObject)

    /// Creates a whole number.
    public init(_ integer: some BinaryInteger) {
        self = .number(JSONNumber(integer))
    }

    /// Creates a number from the shortest text that reads back as the same double.
    ///
    /// Infinity and not-a-number, which JSON cannot say, become null.
    public init(_ double: Double) {
        self = JSONNumber(double).map(JSONValue.number) ?? .null
    }

    /// The truth value, if this is one.
    public var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The number, if this is one.
    public var number: JSONNumber? {
        if case .number(let value) = self { value } else { nil }
    }

    /// The text, if this is one.
    public var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The elements, if this is an array.
    public var array: [JSONValue]? {
        if case .array(let value) = self { value } else { nil }
    }

    /// The keys and values, if this is an object.
    public var object: JSONObject? {
        if case .object(let value) = self { value } else { nil }
    }

    /// The value of a key, if this is an object that has it.
    public subscript(key: String) -> JSONValue? {
        object?[key]
    }

    /// The element at a position, if this is an array that reaches so far.
    public subscript(position: Int) -> JSONValue? {
        guard let array, array.indices.contains(position) else { return nil }
        return array[position]
    }
}
