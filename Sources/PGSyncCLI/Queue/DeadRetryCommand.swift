import Arguments

/// The command `pgsync dead retry`.
struct DeadRetryCommand: Command {
    var ids: [Int64] = []
    var all = false
    var source: String?
    var errorClass: String?

    static let signature = Signature(
        "retry",
        "Have dead letters tried again at once, after the cause is mended.",
        examples: [
            .init("pgsync dead retry 4711", "One of them."),
            .init("pgsync dead retry --class period.closed", "After the period was opened again."),
        ],
        exitCodes: [.noTable, .noSuchChange, .notPermitted]
    )
    static let parameters: [Parameter<Self>] = [
        .flag("all", \.all, help: "All dead letters."),
        .option("source", \.source, placeholder: "TABLE", help: "Those of this table."),
        .option(
            "class",
            \.errorClass,
            placeholder: "CLASS",
            help: "Those that failed so; data.* for a family."
        ),
        .argument("ID", \.ids, limits: .atLeast(1), help: "The numbers of the changes."),
    ]

    func validate() throws { try RetryRequest.check(ids, all, source, errorClass) }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let request = RetryRequest(ids: ids, source: source, errorClass: errorClass, onlyDead: true)
        return try await request.run(QueueAccess(globals, in: context, program: "pgsync dead"))
    }
}
