import Arguments
import PGSyncStore

/// The command `pgsync status`.
struct StatusCommand: Command {
    static let signature = Signature(
        "status",
        "Show on one screen how everything stands.",
        discussion: """
            It reads little, however much waits: numbers with a + are the least they can be, and "about" is an \
            estimate. pgsync top shows the same live.
            """,
        examples: [.init("pgsync status --json", "For a program that watches.")]
    )
    static let parameters: [Parameter<Self>] = []

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync status")
        let status = try await database.read { try StatusStore($0).read() }
        if globals.json {
            try context.print(status.json)
        } else {
            try context.output.write(
                StatusText(status: status).text(width: context.output.terminal.tableWidth)
            )
        }
        return .success
    }
}
