import Arguments
import JSON
import Testing

@testable import PGSyncCLI

/// What a command line of pgsync did, run in this process.
struct CommandLineRun {
    let exitCode: ExitCode
    let output: String
    let errors: String

    init(_ words: String..., environment: Environment = [:]) async {
        await self.init(words, environment: environment)
    }

    init(_ words: [String], environment: Environment = [:]) async {
        let (output, errors) = (CapturedOutput(), CapturedOutput())
        exitCode = await PGSyncProgram.program.run(
            words,
            environment: environment,
            output: output,
            errors: errors
        )
        self.output = output.text
        self.errors = errors.text
    }

    /// The output, which has to be one JSON document.
    var json: JSONValue { get throws { try JSONValue(parsing: output) } }
}
