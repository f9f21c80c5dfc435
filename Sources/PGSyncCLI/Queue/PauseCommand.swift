import Arguments
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
            name.map { "paused \($0): its changes wait; pgsync resume \($0.shellWord) ends it" }
                ?? "paused: all changes wait; pgsync resume ends it"
        )
    }
}
