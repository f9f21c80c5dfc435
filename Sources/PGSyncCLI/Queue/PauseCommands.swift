import Arguments
import JSON
import PGSyncStore

/// The command `pgsync pause`.
struct PauseCommand: Command {
    var table: String?

    static let signature = Signature(
        "pause",
        "Let the changes of a table wait, or all changes; capturing goes on.",
        examples: [
            .init("pgsync pause bills", "Post no bills."),
            .init("pgsync pause", "Post nothing at all."),
        ],
        exitCodes: [.refused, .noTable, .notPermitted]
    )
    static let parameters: [Parameter<Self>] = [
        .argument(
            "TABLE",
            \.table,
            namesCommand: NameKind.tables.command,
            help: "The table; else everything."
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
            sentence: name.map { "paused \($0): its changes wait; pgsync resume \($0.shellWord) ends it" }
                ?? "paused: all changes wait; pgsync resume ends it"
        ).print(globals, in: context)
    }
}

/// The command `pgsync resume`.
struct ResumeCommand: Command {
    var table: String?

    static let signature = Signature(
        "resume",
        "End a pause: of a table, or the pause of everything.",
        discussion: "Tables that were paused by name stay so when everything is resumed.",
        examples: [
            .init("pgsync resume bills", "Post bills again."),
            .init("pgsync resume", "Post again."),
        ],
        exitCodes: [.refused, .noTable, .notPermitted]
    )
    static let parameters: [Parameter<Self>] = [
        .argument(
            "TABLE",
            \.table,
            namesCommand: NameKind.tables.command,
            help: "The table; else everything."
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
        if let name, isHeld { context.say("all posting is still paused, \(name) with it: pgsync resume") }
        if name == nil, !others.isEmpty {
            context.say("still paused by name: \(others.joined(separator: ", "))")
        }
        return try PauseReport(
            table: name,
            isPaused: false,
            sentence: name.map { "resumed \($0)" } ?? "resumed: changes are posted"
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
