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

/// What a command sees of the world around it.
public struct CommandContext: Sendable {
    /// Where results go.
    public let output: any OutputStream
    /// Where progress and complaints go.
    public let errors: any OutputStream
    /// The environment variables.
    public let environment: Environment
    /// The program the command belongs to.
    public let program: ProgramOutline

    /// Creates a context.
    public init(
        output: any OutputStream,
        errors: any OutputStream,
        environment: Environment,
        program: ProgramOutline
    ) {
        self.output = output
        self.errors = errors
        self.environment = environment
        self.program = program
    }
}
