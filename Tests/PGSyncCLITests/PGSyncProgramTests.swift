import Testing

@testable import Arguments
@testable import PGSyncCLI

@Suite("pgsync")
struct PGSyncProgramTests {
    @Test("tells its version, and that of libpq when asked for more")
    func version() async {
        #expect(await CommandLineRun("--version").output == "pgsync \(Version.number)\n")
        for words in [["--version", "--verbose"], ["-v", "--version"], ["--version", "-v"]] {
            #expect(await CommandLineRun(words).output.contains(/\nlibpq \d+\.\d+\n$/))
        }
    }

    @Test("tells every exit code, each with one meaning")
    func exitCodes() async {
        let help = await CommandLineRun("help", "exit-codes")
        #expect(help.exitCode == .success)
        for code in ExitCode.table { #expect(help.output.contains("\n  \(code.code) ")) }
        #expect(Set(ExitCode.table.map(\.code)).count == ExitCode.table.count)
    }

    @Test("shows an example of every command")
    func examples() {
        let commands = PGSyncProgram.program.outline.commands.filter { $0.command.subcommands.isEmpty }
        #expect(commands.count > 10)
        // What the module for command lines brings along knows no program.
        for (path, command) in commands where !["pgsync completions", "pgsync help"].contains(path) {
            #expect(!command.signature.examples.isEmpty, "\(path)")
        }
    }

    @Test("says in its help where the database comes from, and warns of passwords")
    func databaseInHelp() async {
        let help = await CommandLineRun("help", "options").output
        for word in ["PGSYNC_DATABASE_URL", "DATABASE_URL", "PGHOST", "PGPASSFILE", "--database-url-file"] {
            #expect(help.contains(word))
        }
    }

    @Test("fits each page of help on a screen of forty lines")
    func pages() {
        let program = PGSyncProgram.program
        for (path, _) in program.outline.commands {
            let page = program.help(path.split(separator: " ").dropFirst().map(String.init), width: 80)
            #expect(page.split(separator: "\n", omittingEmptySubsequences: false).count <= 41, "\(path)")
        }
    }

    @Test("completes its commands in every shell", arguments: ["bash", "zsh", "fish"])
    func completions(shell: String) async {
        let run = await CommandLineRun("completions", shell)
        #expect(run.exitCode == .success)
        #expect(run.output.contains("migrate") && run.output.contains("lock-timeout"))
    }

    @Test("suggests what was meant")
    func suggestion() async {
        let run = await CommandLineRun("doctr")
        #expect(run.exitCode == .usage)
        #expect(run.errors.contains("did you mean 'doctor'?"))
    }
}
