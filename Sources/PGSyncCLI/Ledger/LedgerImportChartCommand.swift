import Arguments
import JSON
import PGSyncLedger
import Postgres

/// The command `pgsync ledger import-chart`.
struct LedgerImportChartCommand: Command {
    var file = ""
    var dryRun = false

    static let signature = Signature(
        "import-chart",
        "Update the chart of accounts from a CSV file.",
        discussion: """
            The first line names the columns: code, name and type, and any of \
            \(ChartFile.columns.dropFirst(3).joined(separator: ", ")). Accounts that are not \
            in the file stay, and so does what the file has no column for. The type of an account never changes.

            All changes are made, or none; all errors are reported at once, with their lines.
            """,
        examples: [
            .init("pgsync ledger import-chart chart.csv --dry-run", "Show what would change."),
            .init("pgsync ledger import-chart chart.csv", "Make the changes."),
        ],
        exitCodes: [.notPermitted, .ledgerRefused, .wrongFile]
    )
    static let parameters: [Parameter<Self>] = [
        .argument("FILE", \.file, isPath: true, help: "The file, in UTF-8 with commas."),
        .flag("dry-run", \.dryRun, help: "Check everything and show what would change; change nothing."),
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let file = try ChartFile(try InputFile.bytes(of: file), path: file)
        let plan = try await LedgerAccess(globals, in: context).change { [dryRun] session in
            let chart = ChartImport(session)
            let plan = try chart.plan(file)
            if !dryRun { try chart.apply(plan) }
            return plan
        }
        guard !globals.json else {
            try context.print(json(plan))
            return .success
        }
        guard !globals.quiet else { return .success }
        if !plan.changes.isEmpty {
            try context.output.write(table(plan, width: context.output.terminal.tableWidth))
        }
        let added = plan.changes.count { $0.before == nil }
        try context.print(
            "\(added) new, \(plan.changes.count - added) changed, \(plan.unchanged) unchanged, "
                + "\(plan.unnamed) not in the file" + (dryRun ? "; nothing was changed" : "")
        )
        return .success
    }

    private func table(_ plan: ChartPlan, width: Int?) -> String {
        var table = TextTable([
            .init("account"), .init("name"), .init("type"), .init("change", overflow: .wrap),
        ])
        for change in plan.changes {
            let differences = change.differences.map { "\($0.field): \($0.before) → \($0.after)" }
            table.add([
                change.after.code, change.after.name, change.after.kind.rawValue,
                change.before == nil ? "new" : differences.joined(separator: ", "),
            ])
        }
        return table.text(width: width)
    }

    private func json(_ plan: ChartPlan) -> JSONValue {
        [
            "dry_run": .bool(dryRun),
            "changes": .array(
                plan.changes.map { change in
                    [
                        "account": .string(change.after.code),
                        "new": .bool(change.before == nil),
                        "differences": .array(
                            change.differences.map {
                                [
                                    "field": .string($0.field), "before": .string($0.before),
                                    "after": .string($0.after),
                                ]
                            }
                        ),
                    ]
                }
            ),
            "unchanged": JSONValue(plan.unchanged),
            "not_in_file": JSONValue(plan.unnamed),
        ]
    }
}
