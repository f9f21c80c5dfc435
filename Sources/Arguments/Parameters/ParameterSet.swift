/// A value whose properties are filled from the command line.
public protocol ParameterSet: Sendable {
    /// Creates the value with every default in place.
    init()
    /// Each flag, option and argument, declared once.
    static var parameters: [Parameter<Self>] { get }
    /// Refuses combinations that no single parameter can refuse, by throwing `UsageProblem.conflict`.
    func validate() throws
}

extension ParameterSet {
    /// Takes every combination.
    public func validate() throws {}

    /// Creates the value from the words the scanner sorted by parameter name.
    init(words: [String: [String]], environment: Environment) throws {
        self.init()
        for parameter in Self.parameters {
            let spec = parameter.spec
            if let given = words[spec.name] {
                try parameter.assign(&self, given, "'\(spec.display)'")
            } else if let variable = spec.environment.first(where: { environment[$0]?.isEmpty == false }) {
                try parameter.assign(
                    &self,
                    environment[variable].map { [$0] } ?? [],
                    "the variable \(variable)"
                )
            } else if spec.isRequired {
                throw spec.kind == .argument
                    ? UsageProblem.missingArgument(spec.name)
                    : .missingOption("\(spec.display) \(spec.placeholder)")
            }
        }
        try validate()
    }
}
