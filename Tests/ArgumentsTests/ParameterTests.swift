import Arguments
import Testing

@Suite("Parameter")
struct ParameterTests {
    struct NoGlobals: ParameterSet {
        var verbose = false
        static let parameters: [Parameter<Self>] = [
            .flag("verbose", short: "v", \.verbose, help: "Print more.")
        ]
    }

    struct PaintCommand: Command {
        enum Color: String, ArgumentValue, CaseIterable { case red, blue }

        var color: Color?
        var wall: String?

        static let signature = Signature("paint", "Paint a wall.")
        static let parameters: [Parameter<Self>] = [
            .option(
                "color",
                short: "c",
                \.color,
                placeholder: "COLOR",
                bareValue: .red,
                help: "In which one."
            ),
            .argument("WALL", \.wall, help: "Which wall."),
        ]

        func run(_ globals: NoGlobals, in context: CommandContext) async throws -> ExitCode { .success }
    }

    private let program = Program<NoGlobals>(
        Signature("tool", "Paint."),
        version: "1",
        exitCodes: [],
        commands: [.command(PaintCommand.self)],
        describeParts: { $0.verbose ? ["brush 2"] : [] },
        explain: { .init("\($0)", .failure) }
    )

    @Test(
        "means its bare value where it has none, and takes the next word only if that is an allowed one",
        arguments: [
            ("paint", nil, nil), ("paint --color", .red, nil), ("paint --color blue", .blue, nil),
            ("paint --color=blue north", .blue, "north"), ("paint --color north", .red, "north"),
            ("paint -c north", .red, "north"), ("paint north -c blue", .blue, "north"),
        ] as [(String, PaintCommand.Color?, String?)]
    )
    func bareValue(line: String, color: PaintCommand.Color?, wall: String?) throws {
        let words = line.split(separator: " ").map(String.init)
        guard case .run(let command as PaintCommand, _, _) = try program.parse(words) else {
            Issue.record("not understood: \(line)")
            return
        }
        #expect(command.color == color)
        #expect(command.wall == wall)
    }

    @Test("shows in help that its value may be left out")
    func help() {
        let help = program.help(["paint"], width: 100)
        #expect(help.contains("--color [COLOR]"))
        #expect(help.contains("[red, blue; without a value: red]"))
    }

    @Test("refuses a word with an equals sign that is not allowed")
    func refuses() {
        #expect(throws: UsageError.self) { try program.parse(["paint", "--color=green"]) }
    }

    @Test(
        "says how much of the version is told, before and behind the word for it",
        arguments: ["--version -v", "-v --version", "--version --verbose", "--version --no-such-thing -v"]
    )
    func version(line: String) async {
        let output = CapturedOutput()
        let words = line.split(separator: " ").map(String.init)
        _ = await program.run(words, environment: [:], output: output, errors: CapturedOutput())
        #expect(output.text == "tool 1\nbrush 2\n")
    }
}
