import Arguments

let sampleProgram = Program<SampleGlobals>(
    Signature(
        "tool",
        "Keep a ledger in step with tables.",
        discussion: """
            The first paragraph flows over the
            lines it was written in.

              verbatim   text
            """,
        examples: [.init("tool migrate --status", "See what would run.")]
    ),
    version: "1.2.3",
    exitCodes: [.success, .failure, .usage],
    variables: [("TOOL_HOME", "where it lives")],
    commands: [
        .command(MigrateCommand.self),
        .command(AttachCommand.self),
        .command(WorkerCommand.self),
        .group(
            "config",
            "Read and change settings.",
            [.command(GetCommand.self), .command(SetCommand.self)]
        ),
        .command(CompletionsCommand.self),
    ],
    explain: { error in .init("it went wrong: \(error)", .failure) }
)

struct SampleGlobals: ParameterSet, Equatable {
    var json = false
    var quiet = false
    var database: String?

    static let parameters: [Parameter<Self>] = [
        .flag("json", \.json, help: "Print JSON."),
        .flag("quiet", short: "q", \.quiet, help: "Say less."),
        .option(
            "database-url",
            \.database,
            placeholder: "URL",
            environment: ["TOOL_DATABASE_URL", "DATABASE_URL"],
            help: "Where the database is."
        ),
    ]
}

struct MigrateCommand: Command, Equatable {
    var status = false
    var print = false
    var color = true
    var verbose = false
    var timeout = Duration.seconds(5)

    static let signature = Signature("migrate", "Apply missing migrations.")
    static let parameters: [Parameter<Self>] = [
        .flag("status", \.status, help: "Show what would run."),
        .flag("print", \.print, help: "Print the SQL."),
        .flag("color", \.color, isNegatable: true, help: "Paint the list."),
        .flag("verbose", short: "v", \.verbose, help: "Print more."),
        .option("timeout", short: "t", \.timeout, environment: ["TOOL_TIMEOUT"], help: "How long to wait."),
    ]

    func validate() throws {
        if status && print { throw UsageProblem.conflict("choose one of --status and --print") }
    }

    func run(_ globals: SampleGlobals, in context: CommandContext) async throws -> ExitCode {
        try context.output.write(globals.json ? "{}\n" : "nothing to do\n")
        return .success
    }
}

struct AttachCommand: Command, Equatable {
    var tables: [String] = []
    var rule = ""
    var columns = ["id"]

    static let signature = Signature("attach", "Watch tables.")
    static let parameters: [Parameter<Self>] = [
        .option(
            "rule",
            \.rule,
            placeholder: "FILE",
            isRequired: true,
            isPath: true,
            help: "The rule's file."
        ),
        .option("column", short: "c", \.columns, placeholder: "NAME", help: "A column to watch."),
        .argument("TABLE", \.tables, help: "The tables."),
    ]

    func run(_ globals: SampleGlobals, in context: CommandContext) async throws -> ExitCode {
        throw UsageProblem.conflict("name at least one table")
    }
}

struct WorkerCommand: Command, Equatable {
    enum Format: String, ArgumentValue, CaseIterable {
        case hledger, csv, jsonl
    }

    var posters = 1
    var offset: Int64?
    var format = Format.csv

    static let signature = Signature("worker", "Post changes [it's the heart: all day].")
    static let parameters: [Parameter<Self>] = [
        .option("posters", short: "n", \.posters, limits: .within(1...64), help: "How many post at once."),
        .option("offset", \.offset, namesCommand: "names offsets", help: "Where to begin."),
        .option("format", \.format, placeholder: "FORMAT", help: "How to write entries."),
    ]

    func run(_ globals: SampleGlobals, in context: CommandContext) async throws -> ExitCode {
        struct Broken: Error {}
        throw Broken()
    }
}

struct GetCommand: Command, Equatable {
    var key: String?

    static let signature = Signature("get", "Show settings.")
    static let parameters: [Parameter<Self>] = [
        .argument("KEY", \.key, namesCommand: "names settings", help: "The setting; all without it.")
    ]

    func run(_ globals: SampleGlobals, in context: CommandContext) async throws -> ExitCode { .success }
}

struct SetCommand: Command, Equatable {
    var key = ""
    var value = ""

    static let signature = Signature("set", "Change a setting.")
    static let parameters: [Parameter<Self>] = [
        .argument("KEY", \.key, help: "The setting."),
        .argument("VALUE", \.value, help: "Its new value."),
    ]

    func run(_ globals: SampleGlobals, in context: CommandContext) async throws -> ExitCode { .success }
}
