import Arguments
import JSON
import PGSyncLedger
import Postgres

/// The command `pgsync period list`.
struct PeriodListCommand: Command {
    static let signature = Signature(
        "list",
        "Show the accounting periods: when entries can be posted.",
        examples: [.init("pgsync period list", "See what is open.")]
    )
    static let parameters: [Parameter<Self>] = []

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let periods = try await PeriodAccess(globals, in: context).list()
        guard !globals.json else {
            try context.print(.array(periods.map(\.json)))
            return .success
        }
        guard !periods.isEmpty else {
            if !globals.quiet {
                context.say("there is no period, so nothing can be posted; pgsync period open begins one")
            }
            return .success
        }
        var table = TextTable([
            .init("period"), .init("from"), .init("until"), .init("status"), .init("closed"),
            .init("reopened because", overflow: .wrap),
        ])
        for period in periods {
            let closed = period.closedAt.map { "\($0.description.prefix(10)) by \(period.closedBy ?? "")" }
            table.add([
                period.name, "\(period.firstDay)", "\(period.lastDay)", period.status.rawValue, closed ?? "",
                period.reason ?? "",
            ])
        }
        try context.output.write(table.text(width: context.output.terminal.tableWidth))
        return .success
    }
}
