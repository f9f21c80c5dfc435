internal import VisibleText

/// What is wrong with a command line.
public enum UsageProblem: Error, Equatable, CustomStringConvertible {
    /// No command has this name.
    case unknownCommand(String, suggestion: String?)
    /// The name of a group stands without a command of it.
    case missingCommand(of: String, known: [String])
    /// No option has this name here.
    case unknownOption(String, suggestion: String?)
    /// An option stands without its value.
    case missingValue(option: String, placeholder: String)
    /// A flag was given a value.
    case unexpectedValue(option: String)
    /// A word cannot be read as the value it stands for.
    case invalidValue(String, for: String, expected: String, suggestion: String?)
    /// A value is outside its limits.
    case outOfRange(String, for: String, range: String)
    /// There is one word too many.
    case unexpectedArgument(String)
    /// A positional argument is missing.
    case missingArgument(String)
    /// An option that must be given is missing.
    case missingOption(String)
    /// The parameters are valid, but not together; the text says why.
    case conflict(String)

    /// What is wrong and what to do.
    public var description: String {
        switch self {
        case .unknownCommand(let name, let suggestion):
            "unknown command '\(name)'" + Self.hint(suggestion)
        case .missingCommand(let group, let known):
            "'\(group)' needs a command: \(known.joined(separator: ", "))"
        case .unknownOption(let name, let suggestion):
            "unknown option '\(name)'" + Self.hint(suggestion)
        case .missingValue(let option, let placeholder):
            "'\(option)' needs a value: \(option) \(placeholder)"
                + (option.hasPrefix("--") ? " (if it begins with a dash: \(option)=\(placeholder))" : "")
        case .unexpectedValue(let option):
            "'\(option)' takes no value"
        case .invalidValue(let value, let parameter, let expected, let suggestion):
            "'\(value)' is not valid for \(parameter): expected \(expected)" + Self.hint(suggestion)
        case .outOfRange(let value, let parameter, let range):
            "'\(value)' is out of range for \(parameter): expected \(range)"
        case .unexpectedArgument(let argument):
            "unexpected argument '\(argument)'"
        case .missingArgument(let name):
            "missing argument \(name)"
        case .missingOption(let option):
            "missing option '\(option)'"
        case .conflict(let reason):
            reason
        }
    }

    private static func hint(_ suggestion: String?) -> String {
        suggestion.map { "; did you mean '\($0)'?" } ?? ""
    }
}

/// A command line that cannot be run, with the way to help.
public struct UsageError: Error, CustomStringConvertible {
    /// What is wrong.
    public let problem: UsageProblem
    /// The words that name the command, such as "pgsync config set".
    public let command: String
    /// The one-line synopsis of the command.
    public let usage: String

    /// The problem, the usage line and where to read more.
    public var description: String {
        """
        error: \(problem.description.visible)
        usage: \(usage)
        see '\(command) --help'
        """
    }
}
