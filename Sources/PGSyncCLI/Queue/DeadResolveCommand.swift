import Arguments

/// The command `pgsync dead resolve`.
struct DeadResolveCommand: Command {
    var ids: [Int64] = []
    var reason: String?

    static let signature = Signature(
        "resolve",
        "Close dead letters that need no posting; the audit log keeps who did it and why.",
        discussion: "A later good change of the record closes them by itself.",
        examples: [
            .init("pgsync dead resolve 4711 4712 --reason 'corrected by hand, entry 88'", "Close two.")
        ],
        exitCodes: [.noSuchChange, .notPermitted]
    )
    static let parameters: [Parameter<Self>] = [
        .option("reason", \.reason, isRequired: true, help: "Why."),
        .argument("ID", \.ids, limits: .atLeast(1), help: "The numbers of the changes."),
    ]

    func validate() throws { try SkipRequest.check(ids, reason) }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let request = SkipRequest(ids: ids, reason: reason ?? "", onlyDead: true)
        return try await request.run(QueueAccess(globals, in: context, program: "pgsync dead"))
    }
}
