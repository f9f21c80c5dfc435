import Arguments
import PGSyncStore

/// The commands `pgsync queue skip` and `pgsync dead resolve`.
struct SkipCommand<Scope: QueueScope>: Command {
    var ids: [Int64] = []
    var reason: String?

    static var signature: Signature {
        guard !Scope.onlyDead else {
            return Signature(
                "resolve",
                "Close dead letters that need no posting; the audit log keeps who did it and why.",
                discussion: "A later good change of the record closes them by itself.",
                examples: [
                    .init(
                        "pgsync dead resolve 4711 4712 --reason 'corrected by hand, entry 88'",
                        "Close two."
                    )
                ],
                exitCodes: [.noSuchChange, .notPermitted]
            )
        }
        return Signature(
            "skip",
            "End waiting changes without posting them; the audit log keeps who did it and why.",
            examples: [.init("pgsync queue skip 4711 --reason 'entered twice'", "End one.")],
            exitCodes: [.noSuchChange, .notPermitted]
        )
    }

    static var parameters: [Parameter<Self>] {
        [
            .option("reason", \.reason, isRequired: true, help: "Why."),
            .argument(
                "ID",
                \.ids,
                limits: .atLeast(1),
                namesCommand: NameKind.deadLetters.command,
                help: "The numbers of the changes."
            ),
        ]
    }

    func validate() throws {
        if ids.isEmpty { throw UsageProblem.missingArgument("ID") }
        guard reason?.contains(where: { !$0.isWhitespace }) == true else {
            throw UsageProblem.conflict("--reason must not be empty")
        }
    }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: Scope.program)
        let report = try await database.change { [self] session in
            let store = QueueStore(session)
            let fates = try store.fates(of: ids)
            let meant = fates.filter { Scope.onlyDead ? $0.state == .dead : $0.state != nil }
            return ActionReport(
                verb: Scope.onlyDead ? "closed" : "over, without being posted",
                key: Scope.onlyDead ? "resolved" : "skipped",
                count: try store.skip(meant.map(\.id), reason: reason ?? ""),
                others: fates.filter { fate in !meant.contains { $0.id == fate.id } },
                onlyDead: Scope.onlyDead
            )
        }
        return try report.print(globals, in: context)
    }
}
