import Arguments
import PGSyncStore

/// The commands `pgsync queue list` and `pgsync dead list`.
struct QueueListCommand<Scope: QueueScope>: Command {
    var state: WaitingChange.State?
    var source: String?
    var errorClass: String?
    var limit = 50

    static var signature: Signature {
        guard !Scope.onlyDead else {
            return Signature(
                "list",
                "List dead letters: changes that are not retried automatically.",
                discussion: "The same as pgsync queue list --state dead, with fewer columns.",
                examples: [
                    .init("pgsync dead list", "The fifty oldest."),
                    .init("pgsync dead list --class data.* --source bills", "Bills with wrong data."),
                ],
                exitCodes: [.noTable]
            )
        }
        return Signature(
            "list",
            "List waiting changes, oldest first, and what they wait for.",
            discussion: """
                ready: can be posted now. scheduled: retried at a set time. paused: waits for pgsync resume. working: \
                being posted. dead: needs retry or resolve.
                """,
            examples: [
                .init("pgsync queue list --limit 10", "The ten oldest."),
                .init(
                    "pgsync queue list --state scheduled --class transient",
                    "What is retried automatically."
                ),
            ],
            exitCodes: [.noTable]
        )
    }

    static var parameters: [Parameter<Self>] {
        let state = Parameter<Self>.option("state", \.state, help: "Only those in this state.")
        return (Scope.onlyDead ? [] : [state]) + [
            .option(
                "source",
                \.source,
                placeholder: "TABLE",
                namesCommand: NameKind.tables.command,
                help: "Only those of this table."
            ),
            .option(
                "class",
                \.errorClass,
                placeholder: "CLASS",
                help: "Only those that failed with this class, or data.* for all of a family."
            ),
            .option("limit", \.limit, limits: .within(1...100_000), help: "How many to show."),
        ]
    }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: Scope.program)
        let found = try await database.read { [self] session in
            let table = try source.map { try SourceStore(session).rememberedTable(named: $0) }
            return try QueueStore(session).list(
                QueueFilter(
                    state: Scope.onlyDead ? .dead : state,
                    table: table,
                    errorClass: errorClass
                ),
                limit: limit + 1
            )
        }
        let isFiltered = state != nil || source != nil || errorClass != nil
        let none =
            switch (Scope.onlyDead, isFiltered) {
            case (true, true): "no dead letter matches"
            case (true, false): "no dead letters"
            case (false, true): "no waiting change matches"
            case (false, false): "no waiting changes"
            }
        try ChangeList(found, limit: limit, areDead: Scope.onlyDead).print(globals, in: context, none: none)
        return .success
    }
}
