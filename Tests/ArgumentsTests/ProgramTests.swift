import Arguments
import Testing

@Suite("Program")
struct ProgramTests {
    private func run(_ line: String...) async -> (code: ExitCode, output: String, errors: String) {
        let output = CapturedOutput()
        let errors = CapturedOutput()
        let code = await sampleProgram.run(line, environment: [:], output: output, errors: errors)
        return (code, output.text, errors.text)
    }

    @Test("runs the command with the global options")
    func runsTheCommand() async {
        #expect(await run("migrate") == (.success, "nothing to do\n", ""))
        #expect(await run("--json", "migrate") == (.success, "{}\n", ""))
    }

    @Test("prints help and version on the output when asked")
    func printsHelpAndVersion() async {
        #expect(await run("--version") == (.success, "tool 1.2.3\n", ""))
        #expect(await run("migrate", "--help") == (.success, sampleProgram.help(["migrate"]), ""))
    }

    @Test("prints help among the errors when a command is missing")
    func printsHelpWhenACommandIsMissing() async {
        #expect(await run() == (.usage, "", sampleProgram.help()))
        #expect(
            await run("config") == (
                .usage, "",
                """
                error: 'tool config' needs a command: get, set
                usage: tool config [options] COMMAND
                see 'tool config --help'

                """
            )
        )
    }

    @Test("ends with 64 for a wrong command line, whether parsing or the command finds it")
    func endsWithUsage() async {
        let parsing = await run("migrate", "x")
        #expect(parsing.code.code == 64)
        #expect(parsing.errors.hasSuffix("see 'tool migrate --help'\n"))
        let running = await run("attach", "--rule", "r")
        #expect(running.code == .usage)
        #expect(
            running.errors == """
                error: name at least one table
                usage: tool attach [options] --rule FILE [TABLE...]
                see 'tool attach --help'

                """
        )
    }

    @Test("explains the error of a command and ends with its code")
    func explainsErrors() async {
        #expect(await run("worker") == (.failure, "", "error: it went wrong: Broken()\n"))
    }

    @Test("ends quietly when the reader goes away")
    func endsQuietlyWhenTheReaderGoesAway() async {
        struct ClosedOutput: OutputStream {
            let terminal = Terminal()
            func writeUnescaped(_ text: String) throws { throw OutputError.closed }
        }
        let errors = CapturedOutput()
        for line in [["--help"], ["migrate"], ["--version"]] {
            let code = await sampleProgram.run(line, environment: [:], output: ClosedOutput(), errors: errors)
            #expect(code == .closedPipe)
        }
        #expect(errors.text == "")
    }

    @Test("prints a completion script")
    func printsACompletionScript() async {
        let (code, output, errors) = await run("completions", "fish")
        #expect(code == .success)
        #expect(output.hasPrefix("# Completion for fish"))
        #expect(errors == "")
    }

    @Test("lends commands to tests as plain values")
    func lendsCommandsAsValues() async throws {
        let output = CapturedOutput()
        let context = CommandContext(
            output: output,
            errors: output,
            environment: [:],
            program: sampleProgram.outline
        )
        #expect(
            try await MigrateCommand(status: true).run(SampleGlobals(json: true), in: context) == .success
        )
        #expect(output.text == "{}\n")
    }
}
