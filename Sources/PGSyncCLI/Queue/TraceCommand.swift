import Arguments
import JSON
import PGSyncStore

/// The command `pgsync trace`.
struct TraceCommand: Command {
    var table = ""
    var key: [String] = []
    var images = false
    var imageKeyFile: String?

    static let signature = Signature(
        "trace",
        "Show the history of a record: changes, attempts, entries.",
        discussion: """
            Give a key of several columns as several words, in order, or as one JSON array. In psql: \
            select * from pgsync.trace('bills', '17');
            """,
        examples: [
            .init("pgsync trace bills 17", "Show the bill with key 17."),
            .init("pgsync trace order_lines 9 2", "Use a key of two columns."),
            .init("pgsync trace bills 17 --images", "With the captured columns of each change."),
        ],
        exitCodes: [.refused, .noTable, .noSuchChange]
    )
    static let parameters: [Parameter<Self>] = [
        .flag("images", \.images, help: "Also show the captured columns."),
        .imageKeyFile(\.imageKeyFile),
        .argument("TABLE", \.table, namesCommand: NameKind.tables.command, help: "The table."),
        .argument("KEY", \.key, help: "The key of the record, one word per key column."),
    ]

    func validate() throws {
        if key.isEmpty { throw UsageProblem.missingArgument("KEY") }
    }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync trace")
        let keys = try context.privateKeys(at: images ? imageKeyFile : nil)
        let (table, record, events, isPosted) = try await database.read {
            [name = table, key, images] session in
            if let keys { try ImageKeyStore(session).give(keys) }
            let store = TraceStore(session)
            let table = try SourceStore(session).rememberedTable(named: name)
            let record = try store.recordID(in: table, key: key)
            let events = try store.events(of: record, in: table, withImages: images)
            return (table, record, events, try store.isPosted(table))
        }
        if globals.json {
            try context.print([
                "table": .string(table.name), "record": .string(record), "events": .array(events.map(\.json)),
            ])
        } else {
            try context.output.write(TraceText(table.name, record, events).text)
        }
        guard events.isEmpty else { return .success }
        if !globals.quiet {
            context.say(
                isPosted
                    ? "no captured change of \(table.name) \(record)"
                    : "changes of \(table.name) are only logged; a trace follows what is posted"
            )
        }
        return .noSuchChange
    }
}
