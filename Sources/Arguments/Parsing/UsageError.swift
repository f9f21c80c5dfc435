internal import VisibleText

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
