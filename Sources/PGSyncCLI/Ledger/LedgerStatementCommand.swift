import Arguments
import Days
import JSON
import PGSyncLedger
import PGSyncStore

/// The command `pgsync ledger statement`.
struct LedgerStatementCommand: Command {
    var account = ""
    var from: Day?
    var until: Day?

    static let signature = Signature(
        "statement",
        "Show the lines of an account, with the balance after each.",
        discussion: "Balances are debits less credits.",
        examples: [
            .init("pgsync ledger statement 1000", "Show this month so far."),
            .init(
                "pgsync ledger statement 1000 --from 2026-04-01 --until 2026-06-30",
                "Show a quarter, with its opening balance."
            ),
        ],
        exitCodes: [.notInTheBooks]
    )
    static let parameters: [Parameter<Self>] = [
        .argument(
            "ACCOUNT",
            \.account,
            namesCommand: NameKind.accounts.command,
            help: "The code of the account."
        ),
        .option("from", \.from, help: "The first day. [default: the first day of the last day's month]"),
        .option("until", \.until, help: "The last day. [default: today, by the server's clock]"),
    ]

    func validate() throws {
        try checkSpan(from, until)
    }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let statement = try await LedgerAccess(globals, in: context).readBalances { [account, from, until] in
            try $0.statement(of: account, from: from, until: until)
        }
        guard !globals.json else {
            try context.print(statement.json)
            return .success
        }
        try context.print(
            "\(statement.account.code) \(statement.account.name), \(statement.from) to \(statement.until)"
        )
        var table = TextTable([
            .init("date"), .init("entry", .right), .init("description", overflow: .wrap), .init("party"),
            .init("debit", .right), .init("credit", .right), .init("balance", .right), .init("currency"),
        ])
        for line in statement.lines {
            table.add([
                "\(line.date)", line.entry.map { "\($0)" } ?? "", line.description, line.party ?? "",
                line.debit ?? "", line.credit ?? "", line.balance, line.currency,
            ])
        }
        try context.output.write(table.text(width: context.output.terminal.tableWidth))
        return .success
    }
}

/// Refuses a span that ends before it begins.
func checkSpan(_ from: Day?, _ until: Day?) throws {
    guard let from, let until, until < from else { return }
    throw UsageProblem.conflict("--until \(until) is before --from \(from)")
}

extension AccountStatement {
    fileprivate var json: JSONValue {
        [
            "account": .string(account.code), "name": .string(account.name), "from": .string("\(from)"),
            "until": .string("\(until)"),
            "lines": .array(
                lines.map { line in
                    [
                        "date": .string("\(line.date)"), "entry": line.entry.map { JSONValue($0) } ?? .null,
                        "description": .string(line.description),
                        "party": line.party.map(JSONValue.string) ?? .null,
                        "debit": line.debit.map(JSONValue.string) ?? .null,
                        "credit": line.credit.map(JSONValue.string) ?? .null,
                        "balance": .string(line.balance), "currency": .string(line.currency),
                    ]
                }
            ),
        ]
    }
}
