import Arguments
import PGSyncStore

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
