import Arguments
import PGSyncLedger

/// The command `pgsync period open`.
struct PeriodOpenCommand: Command {
    var name = ""
    var from: LedgerDay?
    var until: LedgerDay?

    static let signature = Signature(
        "open",
        "Begin a period: from then on, entries can be posted on its days.",
        discussion: "Periods do not overlap, and their days never change.",
        examples: [
            .init("pgsync period open 2026-04 --from 2026-04-01 --until 2026-04-30", "Begin a month.")
        ],
        exitCodes: [.notPermitted, .ledgerRefused]
    )
    static let parameters: [Parameter<Self>] = [
        .argument("NAME", \.name, help: "What it is to be called."),
        .option("from", \.from, isRequired: true, help: "Its first day."),
        .option("until", \.until, isRequired: true, help: "Its last day."),
    ]

    func validate() throws {
        try checkSpan(from, until)
        guard name.contains(where: { !$0.isWhitespace }) else {
            throw UsageProblem.conflict("the period needs a name")
        }
    }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        guard let from, let until else { throw UsageProblem.missingOption("--from DAY and --until DAY") }
        return try await PeriodAccess(globals, in: context).change { [name] in
            try $0.open(name, from: from, until: until)
        }
    }
}
