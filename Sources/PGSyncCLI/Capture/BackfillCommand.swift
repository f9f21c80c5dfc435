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
        "Bring the rows that an attached table has already into the log.",
        discussion: """
            It locks nothing and runs beside writers: each row carries the snapshot it was read in, by which later \
            readers tell which changes it contains. The number of rows of a step follows from the time a step may \
            take, the setting backfill_chunk_milliseconds.

            Ctrl-C stops it at the end of a step. However it ends, the same command goes on where it was.
            """,
        examples: [
            .init("pgsync backfill bills --pace 20%", "Go easy on a busy server."),
            .init("pgsync backfill bills --cancel", "Give it up; what is in the log stays."),
        ],
        exitCodes: [.refused, .noTable, .lockTimeout, .notPermitted]
    )

    static let parameters: [Parameter<Self>] = [
        .argument(
            "TABLE",
            \.table,
            namesCommand: NameKind.tables.command,
            help: "The table, which is attached."
        ),
        .option("pace", \.pace, help: "How much of the time to spend working."),
        .flag("cancel", \.cancel, help: "End one that was begun, for good."),
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
                "cancelled the backfill of \(table.name); what it has brought into the log stays"
            )
        }
        return .success
    }
}
