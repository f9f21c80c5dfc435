import Arguments
import Testing

@Suite("ArgumentScanner")
struct ArgumentScannerTests {
    private func command<C>(_ line: String..., as type: C.Type) throws -> C {
        try parsed(line).command as? C ?? { throw WrongKind() }()
    }

    private func parsed(_ line: [String]) throws -> (
        command: any Command<SampleGlobals>, globals: SampleGlobals
    ) {
        guard case .run(let command, let globals, _) = try sampleProgram.parse(line) else {
            throw WrongKind()
        }
        return (command, globals)
    }

    private func problem(_ line: String...) throws -> UsageProblem {
        try #require(throws: UsageError.self) { try sampleProgram.parse(line) }.problem
    }

    private struct WrongKind: Error {}

    @Test(
        "reads a value in every spelling",
        arguments: [
            ["--timeout", "10m"], ["--timeout=10m"], ["-t", "10m"], ["-t10m"], ["-t=10m"], ["-vt10m"],
        ]
    )
    func readsAValueInEverySpelling(_ words: [String]) throws {
        let migrate = try #require(try parsed(["migrate"] + words).command as? MigrateCommand)
        #expect(migrate.timeout == .seconds(600))
        #expect(migrate.verbose == words[0].hasPrefix("-v"))
    }

    @Test("leaves defaults where nothing is given")
    func leavesDefaults() throws {
        #expect(try command("migrate", as: MigrateCommand.self) == MigrateCommand())
        #expect(try command("config", "get", as: GetCommand.self).key == nil)
        #expect(try command("attach", "--rule", "r", as: AttachCommand.self).columns == ["id"])
    }

    @Test("reads bundled flags, also of both kinds")
    func readsBundledFlags() throws {
        let (command, globals) = try parsed(["migrate", "-qv"])
        #expect((command as? MigrateCommand)?.verbose == true)
        #expect(globals.quiet)
    }

    @Test(
        "takes global options before and after the command",
        arguments: [
            ["--json", "--database-url", "x", "migrate"], ["migrate", "--database-url=x", "--json"],
            ["--json", "migrate", "--database-url", "x"],
        ]
    )
    func takesGlobalOptionsAnywhere(_ line: [String]) throws {
        #expect(try parsed(line).globals == SampleGlobals(json: true, database: "x"))
    }

    @Test("negates a flag only if declared")
    func negatesAFlag() throws {
        #expect(try !command("migrate", "--no-color", as: MigrateCommand.self).color)
        #expect(try command("migrate", "--no-color", "--color", as: MigrateCommand.self).color)
        #expect(
            try problem("migrate", "--no-status") == .unknownOption("--no-status", suggestion: "--status")
        )
    }

    @Test("collects repeated options and arguments, which replace the default")
    func collectsRepeatedValues() throws {
        let attach = try command(
            "attach",
            "a",
            "-cx",
            "--rule=r",
            "b",
            "--column",
            "y",
            as: AttachCommand.self
        )
        #expect(attach.tables == ["a", "b"])
        #expect(attach.columns == ["x", "y"])
    }

    @Test("takes the last value of an option that is given twice")
    func takesTheLastValue() throws {
        #expect(try command("worker", "-n2", "-n3", as: WorkerCommand.self).posters == 3)
    }

    @Test("takes every word after the terminator as an argument")
    func obeysTheTerminator() throws {
        let set = try command("config", "set", "--", "--json", "--", as: SetCommand.self)
        #expect(set == SetCommand(key: "--json", value: "--"))
    }

    @Test("takes negative numbers, a lone dash and empty words as values")
    func takesUnusualValues() throws {
        #expect(try command("config", "set", "key", "-5", as: SetCommand.self).value == "-5")
        #expect(try command("config", "set", "-", "", as: SetCommand.self) == SetCommand(key: "-", value: ""))
        #expect(try command("worker", "--offset", "-7", as: WorkerCommand.self).offset == -7)
        #expect(try command("worker", "--offset=-8", as: WorkerCommand.self).offset == -8)
        #expect(try command("attach", "--rule=", as: AttachCommand.self).rule == "")
        #expect(try command("attach", "--rule=a=b", as: AttachCommand.self).rule == "a=b")
    }

    @Test("refuses unknown commands and options with what was probably meant")
    func refusesUnknownNames() throws {
        #expect(try problem("mirgate") == .unknownCommand("mirgate", suggestion: "migrate"))
        #expect(try problem("mig") == .unknownCommand("mig", suggestion: "migrate"))
        #expect(try problem("config", "list") == .unknownCommand("list", suggestion: nil))
        #expect(try problem("migrate", "--stauts") == .unknownOption("--stauts", suggestion: "--status"))
        #expect(try problem("migrate", "-status") == .unknownOption("-status", suggestion: "--status"))
        #expect(try problem("migrate", "-x") == .unknownOption("-x", suggestion: nil))
        #expect(try problem("--status", "migrate") == .unknownOption("--status", suggestion: nil))
        #expect(try problem("help", "migrat") == .unknownCommand("migrat", suggestion: "migrate"))
    }

    @Test("refuses missing and superfluous words")
    func refusesMissingAndSuperfluousWords() throws {
        #expect(try problem("migrate", "-t") == .missingValue(option: "-t", placeholder: "DURATION"))
        #expect(
            try problem("migrate", "--timeout", "--print")
                == .missingValue(option: "--timeout", placeholder: "DURATION")
        )
        #expect(try problem("migrate", "--print=yes") == .unexpectedValue(option: "--print"))
        #expect(try problem("migrate", "now") == .unexpectedArgument("now"))
        #expect(try problem("config", "set", "key") == .missingArgument("VALUE"))
        #expect(try problem("attach", "a") == .missingOption("--rule FILE"))
    }

    @Test("finds help and version wherever they stand")
    func findsHelpAndVersion() throws {
        func help(_ line: String...) throws -> [String] {
            guard case .help(let names, isRequested: true) = try sampleProgram.parse(line) else {
                throw WrongKind()
            }
            return names
        }
        #expect(try help("--help") == [])
        #expect(try help("-h", "nonsense") == [])
        #expect(try help("config", "set", "-qh") == ["config", "set"])
        #expect(try help("help") == [])
        #expect(try help("help", "config", "set") == ["config", "set"])
        #expect(try help("config", "help", "set") == ["config", "set"])
        guard case .version = try sampleProgram.parse(["migrate", "--version"]) else { throw WrongKind() }
        guard case .help([], isRequested: false) = try sampleProgram.parse([]) else { throw WrongKind() }
    }
}
