import JSON
package import Postgres

/// What a file would change in the chart of accounts.
package struct ChartPlan: Sendable, Equatable {
    /// An account that is new or changes.
    package struct Change: Sendable, Equatable {
        package let before: Account?
        package let after: Account

        /// What changes, with its text before and after.
        package var differences: [(field: String, before: String, after: String)] {
            guard let before else { return [] }
            let fields: [(String, (Account) -> String)] = [
                ("name", \.name), ("parent", { $0.parent ?? "none" }),
                ("party_required", { "\($0.needsParty)" }), ("zero_to_close", { "\($0.mustBeZeroToClose)" }),
                ("active", { "\($0.isActive)" }),
            ]
            return fields.compactMap { name, read in
                read(before) == read(after) ? nil : (name, read(before), read(after))
            }
        }
    }

    package let changes: [Change]
    /// Accounts of the file that are in the ledger as the file has them.
    package let unchanged: Int
    /// Accounts of the ledger that the file does not name; they stay.
    package let unnamed: Int

    /// Compares a file with the present chart, and throws everything that is impossible.
    package init(_ file: ChartFile, over present: AccountChart) throws(LedgerError) {
        var problems: [ChartProblem] = []
        var lines: [String: Int] = [:]
        var changes: [Change] = []
        for row in file.rows {
            if let first = lines[row.code] {
                problems.append(ChartProblem(row.line, "account \(row.code) also appears in line \(first)"))
                continue
            }
            lines[row.code] = row.line
            let before = present[row.code]
            let after = row.account(over: before)
            if let before, (before.kind, before.isContra) != (after.kind, after.isContra) {
                problems.append(ChartProblem(row.line, Self.refusal(of: before)))
            }
            if before != after { changes.append(Change(before: before, after: after)) }
        }
        let named = Set(lines.keys)
        problems += Self.problems(
            ofParentsIn: changes.map(\.after),
            among: AccountChart(
                changes.map(\.after)
                    + present.accounts.filter { account in
                        !changes.contains { $0.after.code == account.code }
                    }
            ),
            lines
        )
        guard problems.isEmpty else {
            throw .wrongChart(file: file.path, problems: problems.sorted { $0.line < $1.line })
        }
        self.changes = changes
        unchanged = file.rows.count - changes.count
        unnamed = present.accounts.count { !named.contains($0.code) }
    }

    private static func refusal(of account: Account) -> String {
        let what = (account.isContra ? "contra " : "") + account.kind.rawValue
        return
            "account \(account.code) is of type \(what) in the ledger, and types never change: create a new account, "
            + "move the balance with an entry, and make the old one inactive"
    }

    private static func problems(
        ofParentsIn accounts: [Account],
        among chart: AccountChart,
        _ lines: [String: Int]
    ) -> [ChartProblem] {
        accounts.compactMap { account in
            guard let parent = account.parent, let line = lines[account.code] else { return nil }
            guard let above = chart[parent] else {
                return ChartProblem(
                    line,
                    "the parent of \(account.code), \(parent), is neither in the file nor in the ledger"
                )
            }
            guard parent != account.code else {
                return ChartProblem(line, "account \(account.code) is its own parent")
            }
            // A lineage that is cut does not begin at the top.
            guard chart.lineage(of: above)[0].parent == nil else {
                return ChartProblem(line, "the parents of account \(account.code) lead back to it")
            }
            return nil
        }
    }
}

extension ChartPlan.Change {
    package static func == (left: Self, right: Self) -> Bool {
        left.before == right.before && left.after == right.after
    }
}

extension ChartFile.Row {
    /// The account after the change; what the file does not say stays as it is.
    fileprivate func account(over before: Account?) -> Account {
        var account = before ?? Account(code: code, name: name, kind: kind)
        account.name = name
        account.kind = kind
        if let isContra { account.isContra = isContra }
        if let parent { account.parent = parent.isEmpty ? nil : parent }
        if let needsParty { account.needsParty = needsParty }
        if let mustBeZeroToClose { account.mustBeZeroToClose = mustBeZeroToClose }
        if let isActive { account.isActive = isActive }
        return account
    }
}

/// Updates the chart of accounts from a file.
package struct ChartImport {
    private let session: Session

    /// The transaction is REPEATABLE READ, so that what is planned is what is done.
    package init(_ session: Session) {
        self.session = session
    }

    /// Says what a file would change.
    package func plan(_ file: ChartFile) throws -> ChartPlan {
        try ChartPlan(file, over: AccountChart(try Account.all(session)))
    }

    /// Makes the changes, all of them or none.
    package func apply(_ plan: ChartPlan) throws {
        guard !plan.changes.isEmpty else { return }
        let rows = JSONValue.array(plan.changes.map(\.after.row)).text()
        try session.askLedger("select ledger.import_chart(\(JSONText(rows)))")
    }
}

extension Account {
    /// The account as `ledger.import_chart` takes it.
    fileprivate var row: JSONValue {
        [
            "code": .string(code), "name": .string(name), "type": .string(kind.rawValue),
            "contra": .bool(isContra), "parent": parent.map(JSONValue.string) ?? .null,
            "party_required": .bool(needsParty), "zero_to_close": .bool(mustBeZeroToClose),
            "active": .bool(isActive),
        ]
    }
}
