import Arguments
import JSON
import PGSyncStore
import Postgres

/// The command `pgsync backfill`.
struct BackfillCommand: Command {
    var table = ""
    var pace = Percentage(percent: 50)
    var cancel = false

    static let signature = Signature(
        "backfill",
        "Add the existing rows of an attached table to the log.",
        discussion: """
            It locks nothing and runs beside writers: each row is logged with the snapshot it was read in, which \
            tells readers which changes it includes. The setting backfill_chunk_milliseconds says how long a step \
            may take; the number of rows in a step follows from that.

            Ctrl-C stops it at the end of a step. However it ends, the same command continues where it stopped.
            """,
        examples: [
            .init("pgsync backfill bills --pace 20%", "Go slowly on a busy server."),
            .init("pgsync backfill bills --cancel", "Cancel it; what is in the log stays."),
        ],
        exitCodes: [.refused, .noTable, .lockTimeout, .notPermitted]
    )

    static let parameters: [Parameter<Self>] = [
        .argument("TABLE", \.table, namesCommand: NameKind.tables.command, help: "The attached table."),
        .option("pace", \.pace, help: "How much of the time to work."),
        .flag("cancel", \.cancel, help: "Cancel the backfill that was started."),
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync backfill")
        let table = try await database.withSchema { [name = table, cancel] connection in
            try await connection.withTransaction { session in
                let table = try SourceStore(session).table(named: name)
                guard cancel else { return table }
                let store = BackfillStore(session)
                guard let running = try store.running(table), try store.cancel(running.id) else {
                    throw StoreError.noBackfill(table: table.name)
                }
                return table
            }
        }
        guard cancel else {
            return try await BackfillRun(table: table, pace: pace, database: database).run(
                globals,
                in: context
            )
        }
        if globals.json {
            try context.print(["table": .string(table.name), "state": "cancelled"])
        } else if !globals.quiet {
            try context.print(
                "cancelled the backfill of \(table.name); what it added to the log stays"
            )
        }
        return .success
    }
}
