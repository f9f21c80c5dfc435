/// A flag, an option or a positional argument, bound to the property that receives it.
///
/// The property's initial value is the default. Its type says the rest: an optional need not be given, an array
/// may be given repeatedly, and any other positional argument must be given.
public struct Parameter<Root: ParameterSet>: Sendable {
    let spec: ParameterSpec
    let assign: @Sendable (_ root: inout Root, _ words: [String], _ source: String) throws -> Void

    /// A switch; `isNegatable` adds `--no-name`, for a property that is true by default.
    ///
    /// The first environment variable that is set and not empty stands in for it, with `true` or `false`.
    public static func flag(
        _ name: String,
        short: Character? = nil,
        _ property: any WritableKeyPath<Root, Bool> & Sendable,
        isNegatable: Bool = false,
        environment: [String] = [],
        help: String
    ) -> Parameter {
        let spec = ParameterSpec(
            kind: .flag(isNegatable: isNegatable),
            name: name,
            short: short,
            help: help,
            environment: environment
        )
        return Parameter(spec: spec) { root, words, source in
            guard let word = words.last, let value = Bool(word) else {
                throw UsageProblem.invalidValue(
                    words.last ?? "",
                    for: source,
                    expected: "true or false",
                    suggestion: nil
                )
            }
            root[keyPath: property] = value
        }
    }

    /// A named value; the first environment variable that is set and not empty stands in for it.
    ///
    /// A scalar given twice takes the last value. `bareValue` is what the option means without a value; the next word
    /// is then taken only where it is one of the allowed ones. `isPath` lets shells complete file names; `namesCommand`
    /// has them run the program with these words, which print a name a line.
    public static func option<Storage: ArgumentStorage>(
        _ name: String,
        short: Character? = nil,
        _ property: any WritableKeyPath<Root, Storage> & Sendable,
        placeholder: String = Storage.Value.placeholder,
        limits: Limits<Storage.Value>? = nil,
        bareValue: Storage.Value? = nil,
        environment: [String] = [],
        isRequired: Bool = false,
        isPath: Bool = false,
        namesCommand: String? = nil,
        help: String
    ) -> Parameter {
        let defaults = Root()[keyPath: property].values.map(\.argument).joined(separator: ",")
        let spec = ParameterSpec(
            kind: .option,
            name: name,
            short: short,
            placeholder: placeholder,
            help: help,
            defaultText: isRequired || defaults.isEmpty ? nil : defaults,
            bareValue: bareValue?.argument,
            allowedValues: Storage.Value.allowedValues,
            limits: limits?.text,
            environment: environment,
            isPath: isPath,
            namesCommand: namesCommand,
            isRequired: isRequired,
            isRepeated: Storage.arity == .many
        )
        return Parameter(spec: spec, assign: assignment(to: property, limits: limits))
    }

    /// A value known by its place; an array takes all that follow and must come last.
    public static func argument<Storage: ArgumentStorage>(
        _ name: String,
        _ property: any WritableKeyPath<Root, Storage> & Sendable,
        limits: Limits<Storage.Value>? = nil,
        isPath: Bool = false,
        namesCommand: String? = nil,
        help: String
    ) -> Parameter {
        let spec = ParameterSpec(
            kind: .argument,
            name: name,
            placeholder: name,
            help: help,
            allowedValues: Storage.Value.allowedValues,
            limits: limits?.text,
            isPath: isPath,
            namesCommand: namesCommand,
            isRequired: Storage.arity == .one,
            isRepeated: Storage.arity == .many
        )
        return Parameter(spec: spec, assign: assignment(to: property, limits: limits))
    }

    private static func assignment<Storage: ArgumentStorage>(
        to property: any WritableKeyPath<Root, Storage> & Sendable,
        limits: Limits<Storage.Value>?
    ) -> @Sendable (inout Root, [String], String) throws -> Void {
        { root, words, source in
            var storage: Storage?
            for word in words {
                guard let value = Storage.Value(argument: word) else {
                    throw UsageProblem.invalidValue(
                        word,
                        for: source,
                        expected: Storage.Value.expectation,
                        suggestion: Suggestion.nearest(to: word, among: Storage.Value.allowedValues)
                    )
                }
                if let limits, !limits.contains(value) {
                    throw UsageProblem.outOfRange(word, for: source, range: limits.text)
                }
                storage = Storage.storing(value, after: storage)
            }
            if let storage { root[keyPath: property] = storage }
        }
    }
}
