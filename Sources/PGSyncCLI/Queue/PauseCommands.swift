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
        ]
    )
    static let parameters: [Parameter<Self>] = [
        .argument("TABLE", \.table, help: "The table; else everything.")
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let access = try QueueAccess(globals, in: context, program: "pgsync pause")
        let name = try await access.change { [table] session in
            let table = try table.map { try SourceStore(session).table(named: $0) }
            try QueueStore(session).pause(table)
            return table?.name
        }
        return try access.say(
            name,
            isPaused: true,
            name.map { "paused \($0): its changes wait; pgsync resume '\($0)' ends it" }
                ?? "paused: all changes wait; pgsync resume ends it"
        )
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
        ]
    )
    static let parameters: [Parameter<Self>] = [
        .argument("TABLE", \.table, help: "The table; else everything.")
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let access = try QueueAccess(globals, in: context, program: "pgsync resume")
        let (name, isHeld, others) = try await access.change { [table] session in
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
        return try access.say(
            name,
            isPaused: false,
            name.map { "resumed \($0)" } ?? "resumed: changes are posted"
        )
    }
}

extension QueueAccess {
    fileprivate func say(_ table: String?, isPaused: Bool, _ sentence: String) throws -> ExitCode {
        if globals.json {
            try context.print(["table": table.map(JSONValue.string) ?? .null, "paused": .bool(isPaused)])
        } else if !globals.quiet {
            try context.print(sentence)
        }
        return .success
    }
}
