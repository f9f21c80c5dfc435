/// Something a program can do, with its parameters as properties.
///
/// A command is a plain value: a test creates it, sets its properties and runs it.
public protocol Command<Globals>: ParameterSet {
    /// The options that every command of the program takes.
    associatedtype Globals: ParameterSet
    /// The name and the words that explain it.
    static var signature: Signature { get }
    /// Does the work.
    func run(_ globals: Globals, in context: CommandContext) async throws -> ExitCode
}
