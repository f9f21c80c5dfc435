import Glibc

/// A command-line program: its commands, the options they share, and what its exit codes mean.
public struct Program<Globals: ParameterSet>: Sendable {
    /// What a command line asks for.
    public enum Invocation: Sendable {
        /// To run the command that `path` names.
        case run(any Command<Globals>, Globals, path: [String])
        /// To read the help of a command or a topic; not `isRequested` when it stands in for a command that is missing.
        case help(command: [String], isRequested: Bool)
        /// To read the version.
        case version(Globals)
    }

    /// What is told to a user whose command failed.
    public struct Failure: Sendable {
        /// What went wrong and what to do.
        public let message: String
        /// What the program ends with.
        public let exitCode: ExitCode

        /// Creates a failure.
        public init(_ message: String, _ exitCode: ExitCode) {
            self.message = message
            self.exitCode = exitCode
        }
    }

    /// What help and completion know of the program.
    public let outline: ProgramOutline
    private let tree: CommandTree<Globals>
    private let describeParts: @Sendable (Globals) -> [String]
    private let explain: @Sendable (any Error) -> Failure

    /// Creates a program; `explain` puts the errors that commands throw into words.
    ///
    /// The first page of the help only names the `rare` commands. `describeParts` adds lines to the version, such as those of the libraries in use.
    public init(
        _ signature: Signature,
        version: String,
        exitCodes: [ExitCode],
        variables: [(String, String)] = [],
        commands: [CommandTree<Globals>],
        rare: Set<String> = [],
        describeParts: @escaping @Sendable (Globals) -> [String] = { _ in [] },
        explain: @escaping @Sendable (any Error) -> Failure
    ) {
        self.tree = .group(signature, commands)
        self.outline = ProgramOutline(
            root: tree.outline,
            version: version,
            globals: Globals.parameters.map(\.spec) + [.help, .version],
            exitCodes: exitCodes,
            variables: variables,
            rare: rare
        )
        self.describeParts = describeParts
        self.explain = explain
    }

    /// Understands a command line, which does not include the program's own name.
    ///
    /// - Throws: `UsageError`.
    public func parse(_ arguments: [String], environment: Environment = [:]) throws -> Invocation {
        var scanner = ArgumentScanner(program: outline)
        do {
            let request = try scanner.scan(arguments)
            let names = scanner.path.dropFirst().map(\.signature.name)
            switch request {
            case .help: return .help(command: scanner.topic.map { [$0.rawValue] } ?? names, isRequested: true)
            case .version:
                // Nothing else on the line counts, so nothing else on it can be wrong.
                let globals = try? Globals(words: scanner.globalWords, environment: environment)
                return .version(globals ?? Globals())
            case .run:
                let branch = names.reduce(tree as CommandTree?) { $0?.branch(named: $1) }
                guard let makeCommand = branch?.makeCommand else {
                    guard !names.isEmpty, let group = scanner.path.last else {
                        return .help(command: names, isRequested: false)
                    }
                    throw UsageProblem.missingCommand(
                        of: scanner.path.map(\.signature.name).joined(separator: " "),
                        known: group.subcommands.map(\.signature.name)
                    )
                }
                let globals = try Globals(words: scanner.globalWords, environment: environment)
                return .run(try makeCommand(scanner.words, environment), globals, path: names)
            }
        } catch let problem as UsageProblem {
            throw usageError(problem, in: scanner.path)
        }
    }

    /// The help of the command that `names` lead to, or of a topic; empty if there is none.
    public func help(_ names: [String] = [], width: Int = 80) -> String {
        if let path = outline.path(names) { return HelpText(program: outline, path: path, width: width).text }
        guard names.count == 1, let topic = HelpTopic(rawValue: names[0]) else { return "" }
        return HelpText(program: outline, path: [outline.root], width: width).text(of: topic)
    }

    /// Runs a command line from parsing to exit code, and writes what there is to say.
    public func run(
        _ arguments: [String],
        environment: Environment,
        output: any OutputStream,
        errors: any OutputStream
    ) async -> ExitCode {
        do {
            switch try parse(arguments, environment: environment) {
            case .version(let globals):
                let lines = ["\(outline.name) \(outline.version)"] + describeParts(globals)
                try output.write(lines.map { $0 + "\n" }.joined())
                return .success
            case .help(let names, let isRequested):
                let stream = isRequested ? output : errors
                try stream.write(help(names, width: stream.terminal.columns))
                return isRequested ? .success : .usage
            case .run(let command, let globals, let path):
                let context = CommandContext(
                    output: output,
                    errors: errors,
                    environment: environment,
                    program: outline
                )
                do {
                    return try await command.run(globals, in: context)
                } catch let problem as UsageProblem {
                    throw usageError(problem, in: outline.path(path) ?? [outline.root])
                }
            }
        } catch OutputError.closed {
            return .closedPipe
        } catch let error as UsageError {
            // Nobody is left to tell if this cannot be written, here and below.
            try? errors.write("\(error)\n")
            return .usage
        } catch {
            let failure = explain(error)
            try? errors.write("error: \(Self.indented(failure.message))\n")
            return failure.exitCode
        }
    }

    /// Runs the command line of this process; a closed pipe becomes an error instead of a signal.
    public func main(reading words: ([String]) -> [String] = { $0 }) async -> ExitCode {
        signal(SIGPIPE, SIG_IGN)
        return await run(
            words(ProcessArguments.all),
            environment: .process,
            output: FileOutput.standardOutput,
            errors: FileOutput.standardError
        )
    }

    /// Further lines are indented, so that no text from a database can begin a line that looks like ours.
    private static func indented(_ message: String) -> String {
        message.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map { index, line in
            index == 0 || line.isEmpty || line.hasPrefix(" ") ? String(line) : "  " + line
        }.joined(separator: "\n")
    }

    private func usageError(_ problem: UsageProblem, in path: [CommandOutline]) -> UsageError {
        UsageError(
            problem: problem,
            command: path.map(\.signature.name).joined(separator: " "),
            usage: HelpText(program: outline, path: path, width: 80).usage
        )
    }
}
