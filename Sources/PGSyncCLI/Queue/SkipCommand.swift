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
                "Close dead letters without posting; the audit log records who and why.",
                discussion: "A later change of the record that is posted closes them automatically.",
                examples: [
                    .init(
                        "pgsync dead resolve 4711 4712 --reason 'corrected by hand, entry 88'",
                        "Close two dead letters."
                    )
                ],
                exitCodes: [.noSuchChange, .notPermitted]
            )
        }
        return Signature(
            "skip",
            "Skip waiting changes; the audit log records who and why.",
            examples: [.init("pgsync queue skip 4711 --reason 'entered twice'", "Skip one change.")],
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
                verb: Scope.onlyDead ? "closed" : "skipped",
                key: Scope.onlyDead ? "resolved" : "skipped",
                count: try store.skip(meant.map(\.id), reason: reason ?? ""),
                others: fates.filter { fate in !meant.contains { $0.id == fate.id } },
                onlyDead: Scope.onlyDead
            )
        }
        return try report.print(globals, in: context)
    }
}
