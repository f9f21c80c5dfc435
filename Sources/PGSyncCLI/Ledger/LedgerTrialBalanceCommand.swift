import Arguments
import Days
import JSON
import PGSyncLedger

/// The command `pgsync ledger trial-balance`.
struct LedgerTrialBalanceCommand: Command {
    enum Format: String, ArgumentValue, CaseIterable {
        case table, csv, jsonl, hledger
    }

    var day: Day?
    var format = Format.table

    static let signature = Signature(
        "trial-balance",
        "Show the balance of every account, and check that debits equal credits.",
        discussion: "If debits and credits of a currency differ, it says so and exits with 1.",
        examples: [
            .init("pgsync ledger trial-balance --at 2026-03-31", "Show the balances at the end of March."),
            .init(
                "pgsync ledger trial-balance --format hledger",
                "Write them as an opening entry for hledger."
            ),
        ],
        exitCodes: [.problemsFound]
    )
    static let parameters: [Parameter<Self>] = [
        .option("at", \.day, help: "At the end of which day; by default today, by the server's clock."),
        .option("format", \.format, help: "The format; csv, jsonl and hledger are for other programs."),
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        guard !globals.json || format == .table else {
            throw UsageProblem.conflict("choose one of --json and --format")
        }
        let (balance, hledger) = try await LedgerAccess(globals, in: context).read { [day] session, book in
            let balance = try BalanceReader(session, book).trialBalance(at: day)
            return (balance, balance.hledger(book))
        }
        switch format {
        case .table where globals.json: try context.print(balance.json)
        case .table: try context.output.write(table(balance, width: context.output.terminal.tableWidth))
        case .csv: try context.output.writeUnescaped(balance.csv)
        case .jsonl: try context.output.write(balance.jsonLines)
        case .hledger: try context.output.write(hledger)
        }
        if balance.rows.isEmpty, !globals.quiet {
            context.say("nothing is posted up to \(balance.day); see the chart with pgsync ledger accounts")
        }
        guard balance.isBalanced else {
            context.say(
                "DEBITS AND CREDITS DIFFER: someone bypassed the rules of the ledger, or the balance snapshots are "
                    + "wrong; select * from ledger.safeguards; shows which rules are in force"
            )
            return .problemsFound
        }
        return .success
    }

    private func table(_ balance: TrialBalance, width: Int?) -> String {
        var table = TextTable([
            .init("account"), .init("name", overflow: .wrap), .init("type", isOptional: true),
            .init("debit", .right), .init("credit", .right),
            .init("currency"),
        ])
        for row in balance.rows {
            table.add([
                row.account, row.name, row.kind, row.debit ?? "", row.credit ?? "", row.currency.code,
            ])
        }
        for total in balance.totals {
            table.add(["total", "", "", total.debit, total.credit, total.currency.code])
        }
        return table.text(width: width)
    }
}
