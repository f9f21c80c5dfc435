import Arguments
import PGSyncStore

/// The command `pgsync dead list`.
struct DeadListCommand: Command {
    var source: String?
    var errorClass: String?
    var limit = 50

    static let signature = Signature(
        "list",
        "List the dead letters: changes that failed and wait for a person.",
        examples: [
            .init("pgsync dead list", "The fifty oldest."),
            .init("pgsync dead list --class data.* --source bills", "Bills with wrong data."),
        ],
        exitCodes: [.noTable]
    )
    static let parameters: [Parameter<Self>] = [
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
        let access = try QueueAccess(globals, in: context, program: "pgsync dead")
        let found = try await access.read { [self] session in
            let table = try source.map { try SourceStore(session).rememberedTable(named: $0) }
            return try QueueStore(session).list(
                QueueFilter(state: .dead, table: table, errorClass: errorClass),
                limit: limit + 1
            )
        }
        try ChangeList(found, limit: limit, areDead: true).print(
            globals,
            in: context,
            none: source == nil && errorClass == nil ? "there are no dead letters" : "no dead letter matches"
        )
        return .success
    }
}
