import Arguments

/// The command `pgsync queue skip`.
struct QueueSkipCommand: Command {
    var ids: [Int64] = []
    var reason: String?

    static let signature = Signature(
        "skip",
        "End waiting changes without posting them; the audit log keeps who did it and why.",
        examples: [.init("pgsync queue skip 4711 --reason 'entered twice'", "End one.")],
        exitCodes: [.noSuchChange, .notPermitted]
    )
    static let parameters: [Parameter<Self>] = [
        .option("reason", \.reason, isRequired: true, help: "Why."),
        .argument("ID", \.ids, limits: .atLeast(1), help: "The numbers of the changes."),
    ]

    func validate() throws { try SkipRequest.check(ids, reason) }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let request = SkipRequest(ids: ids, reason: reason ?? "", onlyDead: false)
        return try await request.run(QueueAccess(globals, in: context, program: "pgsync queue"))
    }
}
