import Arguments
import PGSyncLedger

/// The command `pgsync period reopen`.
struct PeriodReopenCommand: Command {
    var name = ""
    var reason: String?

    static let signature = Signature(
        "reopen",
        "Open a period again; who did it and why stays in the books.",
        examples: [.init("pgsync period reopen 2026-04 --reason 'a bill came late'", "Open April again.")],
        exitCodes: [.notPermitted, .ledgerRefused, .notInTheBooks]
    )
    static let parameters: [Parameter<Self>] = [
        .argument("NAME", \.name, help: "The period, which is closing or closed."),
        .option("reason", \.reason, isRequired: true, help: "Why."),
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        guard let reason else { throw UsageProblem.missingOption("--reason TEXT") }
        return try await PeriodAccess(globals, in: context).change { [name] in
            try $0.reopen(name, reason: reason)
        }
    }
}
