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
