import Arguments
import PGSyncStore

/// The command `pgsync queue list`.
struct QueueListCommand: Command {
    var state: WaitingChange.State?
    var source: String?
    var errorClass: String?
    var limit = 50

    static let signature = Signature(
        "list",
        "List the changes that wait, the oldest first, and what for.",
        discussion: """
            ready: to be posted now. scheduled: to be tried again at a time. paused: for pgsync resume. \
            working: in hand. dead: for a person.
            """,
        examples: [
            .init("pgsync queue list --limit 10", "The ten oldest."),
            .init("pgsync queue list --state scheduled --class transient", "What is tried again by itself."),
        ],
        exitCodes: [.noTable]
    )
    static let parameters: [Parameter<Self>] = [
        .option("state", \.state, help: "Those that wait for this."),
        .option("source", \.source, placeholder: "TABLE", help: "Those of this table."),
        .option(
            "class",
            \.errorClass,
            placeholder: "CLASS",
            help: "Those that failed so; data.* for a family."
        ),
        .option("limit", \.limit, limits: .within(1...100_000), help: "How many at most."),
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let access = try QueueAccess(globals, in: context, program: "pgsync queue")
        let found = try await access.read { [self] session in
            let table = try source.map { try SourceStore(session).rememberedTable(named: $0) }
            return try QueueStore(session).list(
                QueueFilter(state: state, table: table, errorClass: errorClass),
                limit: limit + 1
            )
        }
        let isFiltered = state != nil || source != nil || errorClass != nil
        try ChangeList(found, limit: limit).print(
            globals,
            in: context,
            none: isFiltered ? "no waiting change matches" : "nothing waits"
        )
        return .success
    }
}
