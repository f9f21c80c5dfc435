import JSON
package import Postgres

/// Brings the chart of accounts to what a file says.
package struct ChartImport {
    private let session: Session

    /// The transaction is one of repeatable reads, so that what is planned is what is done.
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
