import Arguments
import PGSyncLedger

/// The command `pgsync period close`.
struct PeriodCloseCommand: Command {
    var name = ""

    static let signature = Signature(
        "close",
        "Close a period: nothing can be posted in it any more.",
        discussion: "Accounts that must be zero to close, such as suspense, have to be zero at its end.",
        examples: [.init("pgsync period close 2026-03", "Close March for good.")],
        exitCodes: [.notPermitted, .ledgerRefused, .notInTheBooks]
    )
    static let parameters: [Parameter<Self>] = [
        .argument("NAME", \.name, help: "The period, which is closing: see start-closing.")
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        try await PeriodAccess(globals, in: context).change { [name] in try $0.close(name) }
    }
}
