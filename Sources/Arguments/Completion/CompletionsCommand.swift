/// The command that prints a completion script, for any program.
public struct CompletionsCommand<Globals: ParameterSet>: Command {
    /// The shell to complete in.
    public var shell = Shell.bash

    /// Creates the command for bash.
    public init() {}

    /// The name and the words that explain it.
    public static var signature: Signature {
        Signature(
            "completions",
            "Print a completion script for a shell.",
            discussion: "A comment at the top of the script says how to load it."
        )
    }

    /// The shell.
    public static var parameters: [Parameter<Self>] {
        [.argument("SHELL", \.shell, help: "The shell that will read the script.")]
    }

    /// Prints the script.
    public func run(_ globals: Globals, in context: CommandContext) async throws -> ExitCode {
        try context.output.write(CompletionScript(program: context.program, shell: shell).text)
        return .success
    }
}
