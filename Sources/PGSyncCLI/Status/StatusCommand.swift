import Arguments
import PGSyncStore

/// The command `pgsync status`.
struct StatusCommand: Command {
    static let signature = Signature(
        "status",
        "Show queue, failures, workers and tables on one screen.",
        discussion: """
            It is quick, however long the queue is: a number with a + is a lower bound, and "about" is an estimate.
            """,
        examples: [.init("pgsync status --json", "The same for a program.")]
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
