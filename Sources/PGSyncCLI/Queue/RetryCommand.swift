import Arguments

/// The command `pgsync retry`.
struct RetryCommand: Command {
    var ids: [Int64] = []
    var all = false
    var source: String?
    var errorClass: String?

    static let signature = Signature(
        "retry",
        "Have changes that failed tried again at once, after the cause is mended.",
        discussion:
            "Dead letters, and those that wait for their time. Doing it twice, or two at a time, does it once.",
        examples: [
            .init("pgsync retry --class rule.missing", "After a rule was applied."),
            .init("pgsync retry --source bills --class data.*", "After the bills were corrected."),
            .init("pgsync retry 4711 4712", "Two of them."),
        ],
        exitCodes: [.noTable, .noSuchChange, .notPermitted]
    )
    static let parameters: [Parameter<Self>] = [
        .flag("all", \.all, help: "All that have failed."),
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
        let request = RetryRequest(ids: ids, source: source, errorClass: errorClass, onlyDead: false)
        return try await request.run(QueueAccess(globals, in: context, program: "pgsync retry"))
    }
}
