/// What parsing, help and completion need to know of a parameter, without its type.
struct ParameterSpec: Sendable {
    enum Kind: Sendable, Equatable {
        case flag(isNegatable: Bool)
        case option
        case argument
    }

    let kind: Kind
    let name: String
    var short: Character?
    var placeholder = ""
    let help: String
    var defaultText: String?
    /// What the option stands for without a value; nil where it must have one.
    var bareValue: String?
    var allowedValues: [String] = []
    var limits: String?
    var environment: [String] = []
    var isPath = false
    /// The words after the program's name that print what the value may be, one a line, for shells to complete.
    var namesCommand: String?
    var isRequired = false
    var isRepeated = false

    /// How messages call the parameter.
    var display: String { kind == .argument ? name : "--\(name)" }

    /// The spellings that the command line accepts.
    var spellings: [String] {
        switch kind {
        case .argument: []
        case .flag(isNegatable: true): [display, "--no-\(name)"] + shortSpelling
        default: [display] + shortSpelling
        }
    }

    var takesValue: Bool { kind == .option }

    private var shortSpelling: [String] { short.map { ["-\($0)"] } ?? [] }

    static let help = ParameterSpec(
        kind: .flag(isNegatable: false),
        name: "help",
        short: "h",
        help: "Show help."
    )
    static let version = ParameterSpec(
        kind: .flag(isNegatable: false),
        name: "version",
        help: "Show the version."
    )
}

/// How many values a property takes.
public enum Arity: Sendable {
    /// Exactly one.
    case one
    /// One or none.
    case optional
    /// Any number.
    case many
}

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
