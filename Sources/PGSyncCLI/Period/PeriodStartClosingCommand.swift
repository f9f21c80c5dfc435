import Arguments
import PGSyncLedger

/// The command `pgsync period start-closing`.
struct PeriodStartClosingCommand: Command {
    var name = ""

    static let signature = Signature(
        "start-closing",
        "Let a period take only what people post: the first of two steps.",
        discussion: """
            Postings by rules go to the next open day from then on, or are refused: the setting \
            closed_period_policy. What is being posted is waited for.
            """,
        examples: [.init("pgsync period start-closing 2026-03", "Take what people still have for March.")],
        exitCodes: [.notPermitted, .ledgerRefused, .notInTheBooks]
    )
    static let parameters: [Parameter<Self>] = [.argument("NAME", \.name, help: "The period, which is open.")]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        try await PeriodAccess(globals, in: context).change { [name] in try $0.startClosing(name) }
    }
}
