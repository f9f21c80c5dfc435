import Arguments
import JSON
import PGSyncStore

/// The command `pgsync pause`.
struct PauseCommand: Command {
    var table: String?

    static let signature = Signature(
        "pause",
        "Pause posting for a table, or for all; capture continues.",
        examples: [
            .init("pgsync pause bills", "Pause posting of bills."),
            .init("pgsync pause", "Pause all posting."),
        ],
        exitCodes: [.refused, .noTable, .notPermitted]
    )
    static let parameters: [Parameter<Self>] = [
        .argument(
            "TABLE",
            \.table,
            namesCommand: NameKind.tables.command,
            help: "The table. [default: all]"
        )
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync pause")
        let name = try await database.change { [table] session in
            let table = try table.map { try SourceStore(session).table(named: $0) }
            try QueueStore(session).pause(table)
            return table?.name
        }
        return try PauseReport(
            table: name,
            isPaused: true,
            sentence: name.map { "paused \($0); to continue: pgsync resume \($0.shellWord)" }
                ?? "paused all posting; to continue: pgsync resume"
        ).print(globals, in: context)
    }
}

/// The command `pgsync resume`.
struct ResumeCommand: Command {
    var table: String?

    static let signature = Signature(
        "resume",
        "Resume posting for a table, or for all.",
        discussion: "Tables that were paused by name stay paused when all posting is resumed.",
        examples: [
            .init("pgsync resume bills", "Resume posting of bills."),
            .init("pgsync resume", "Resume all posting."),
        ],
        exitCodes: [.refused, .noTable, .notPermitted]
    )
    static let parameters: [Parameter<Self>] = [
        .argument(
            "TABLE",
            \.table,
            namesCommand: NameKind.tables.command,
            help: "The table. [default: all]"
        )
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync resume")
        let (name, isHeld, others) = try await database.change { [table] session in
            let table = try table.map { try SourceStore(session).table(named: $0) }
            try QueueStore(session).resume(table)
            let isHeld = try ConfigurationStore(session).setting("posting_paused").value == "true"
            return (table?.name, isHeld, try QueueStore(session).pausedTables())
        }
        // One pause can stand behind another.
        if name != nil, isHeld { context.say("all posting is still paused; to continue: pgsync resume") }
        if name == nil, !others.isEmpty {
            context.say("still paused by name: \(others.joined(separator: ", "))")
        }
        return try PauseReport(
            table: name,
            isPaused: false,
            sentence: name.map { "resumed \($0)" } ?? "resumed all posting"
        ).print(globals, in: context)
    }
}

/// Whether a table is paused now, or everything.
private struct PauseReport {
    let table: String?
    let isPaused: Bool
    let sentence: String

    func print(_ globals: GlobalOptions, in context: CommandContext) throws -> ExitCode {
        if globals.json {
            try context.print(["table": table.map(JSONValue.string) ?? .null, "paused": .bool(isPaused)])
        } else if !globals.quiet {
            try context.print(sentence)
        }
        return .success
    }
}
