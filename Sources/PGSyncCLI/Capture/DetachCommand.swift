import Arguments
import JSON
import PGSyncStore
import Postgres

/// The command `pgsync detach`.
struct DetachCommand: Command {
    var table = ""
    var dryRun = false
    var patience = Duration.seconds(30)

    static let signature = Signature(
        "detach",
        "End the capture of a table.",
        discussion: """
            What was captured stays in the log, and what waits is still posted. Detach a dropped table by the name \
            it had.
            """,
        examples: [.init("pgsync detach bills --dry-run", "Show what would be done.")],
        exitCodes: [.refused, .noTable, .lockTimeout, .notPermitted]
    )

    static let parameters: [Parameter<Self>] = [
        .argument("TABLE", \.table, namesCommand: NameKind.tables.command, help: "The table."),
        .flag("dry-run", \.dryRun, help: "Show what would be done; change nothing."),
        .patience(\.patience),
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync detach")
        let (table, steps) = try await database.withSchema { [name = table, dryRun, patience] connection in
            try await connection.withTransaction { session in
                let store = SourceStore(session)
                let table = try store.tableToDetach(named: name)
                return (table, try store.detach(table, isDryRun: dryRun, patience: patience))
            }
        }
        if globals.json {
            try context.print(["table": .string(table.name), "dry_run": .bool(dryRun), "steps": steps.json])
        } else if !globals.quiet {
            if dryRun || globals.verbose { try context.write(steps, to: context.output) }
            try context.print(
                dryRun
                    ? "\(table.name) can be detached; nothing was changed"
                    : "detached \(table.name); what was captured stays"
            )
        }
        return .success
    }
}
