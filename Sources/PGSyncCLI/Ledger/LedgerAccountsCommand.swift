import Arguments
import JSON
import PGSyncLedger

/// The command `pgsync ledger accounts`.
struct LedgerAccountsCommand: Command {
    static let signature = Signature(
        "accounts",
        "Show the chart of accounts with their balances.",
        discussion:
            "Balances include all entries and are on the normal side of the account: debit or credit.",
        examples: [.init("pgsync ledger accounts", "Show the chart with all balances.")]
    )
    static let parameters: [Parameter<Self>] = []

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let accounts = try await LedgerAccess(globals, in: context).readBalances { try $0.accounts() }
        guard !globals.json else {
            try context.print(.array(accounts.map(\.json)))
            return .success
        }
        guard !accounts.isEmpty else {
            if !globals.quiet {
                context.say("there are no accounts; add some with pgsync ledger import-chart FILE")
            }
            return .success
        }
        var table = TextTable([
            .init("account"), .init("name", overflow: .wrap), .init("type"), .init("side", isOptional: true),
            .init("balance", .right),
            .init("currency"), .init("notes", overflow: .wrap),
        ])
        for row in accounts {
            let account = row.account
            let head = [
                account.code, String(repeating: "  ", count: row.depth) + account.name, account.kind.rawValue,
                account.normalSide,
            ]
            let amounts = row.amounts.map { [$0.balance, $0.currency] }
            table.add(head + (amounts.first ?? ["", ""]) + [account.notes])
            for more in amounts.dropFirst() { table.add(["", "", "", ""] + more) }
        }
        try context.output.write(table.text(width: context.output.terminal.tableWidth))
        return .success
    }
}

extension Account {
    fileprivate var notes: String {
        [
            isContra ? "contra" : nil, needsParty ? "by party" : nil,
            mustBeZeroToClose ? "zero to close" : nil, isActive ? nil : "not active",
        ].compactMap(\.self).joined(separator: ", ")
    }
}

extension AccountBalance {
    fileprivate var json: JSONValue {
        [
            "account": .string(account.code), "name": .string(account.name),
            "type": .string(account.kind.rawValue), "contra": .bool(account.isContra),
            "normal_side": .string(account.normalSide),
            "parent": account.parent.map(JSONValue.string) ?? .null,
            "party_required": .bool(account.needsParty), "zero_to_close": .bool(account.mustBeZeroToClose),
            "active": .bool(account.isActive),
            "balances": .array(
                amounts.map { ["currency": .string($0.currency), "balance": .string($0.balance)] }
            ),
        ]
    }
}
