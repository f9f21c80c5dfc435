import Arguments
import PGSyncStore

/// The command `pgsync queue skip`.
struct QueueSkipCommand: Command {
    var ids: [Int64] = []
    var reason: String?

    static let signature = Signature(
        "skip",
        "End waiting changes without posting them; the audit log keeps who did it and why.",
        examples: [.init("pgsync queue skip 4711 --reason 'entered twice'", "End one.")]
    )
    static let parameters: [Parameter<Self>] = [
        .option("reason", \.reason, isRequired: true, help: "Why."),
        .argument("ID", \.ids, limits: .atLeast(1), help: "The numbers of the changes."),
    ]

    func validate() throws { try checkSkip(ids, reason) }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        try await skip(ids, reason ?? "", onlyDead: false, globals, in: context)
    }
}

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
        ]
    )
    static let parameters: [Parameter<Self>] = [
        .option("reason", \.reason, isRequired: true, help: "Why."),
        .argument("ID", \.ids, limits: .atLeast(1), help: "The numbers of the changes."),
    ]

    func validate() throws { try checkSkip(ids, reason) }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        try await skip(ids, reason ?? "", onlyDead: true, globals, in: context)
    }
}

private func checkSkip(_ ids: [Int64], _ reason: String?) throws {
    if ids.isEmpty { throw UsageProblem.missingArgument("ID") }
    guard reason?.contains(where: { !$0.isWhitespace }) == true else {
        throw UsageProblem.conflict("a --reason has to be readable")
    }
}

private func skip(
    _ ids: [Int64],
    _ reason: String,
    onlyDead: Bool,
    _ globals: GlobalOptions,
    in context: CommandContext
) async throws -> ExitCode {
    let access = try QueueAccess(globals, in: context, program: onlyDead ? "pgsync dead" : "pgsync queue")
    let report = try await access.change { session in
        let store = QueueStore(session)
        let fates = try store.fates(of: ids)
        let meant = fates.filter { onlyDead ? $0.state == .dead : $0.state != nil }
        return ActionReport(
            verb: onlyDead ? "closed" : "over, without being posted",
            key: onlyDead ? "resolved" : "skipped",
            count: try store.skip(meant.map(\.id), reason: reason),
            others: fates.filter { fate in !meant.contains { $0.id == fate.id } },
            onlyDead: onlyDead
        )
    }
    return try access.report(report)
}
