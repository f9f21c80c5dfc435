package import Postgres

/// Something in the ledger that its rules forbid, or a rule that is not in force.
package struct JournalFinding: Sendable, Equatable {
    package let kind: String
    package let entry: Int64?
    package let found: String
}

/// Looks through the whole journal for what its safeguards refuse, should they have been off.
package struct JournalInspection {
    private let session: Session

    package init(_ session: Session) {
        self.session = session
    }

    /// Everything that is wrong; nothing when all is well.
    package func findings() throws -> [JournalFinding] {
        try session.query(
            "select finding, entry_id, found from ledger.inspect_journal() order by entry_id nulls first, finding, found"
        ).map { row in
            JournalFinding(
                kind: try row.decode("finding"),
                entry: try row.decode("entry_id"),
                found: try row.decode("found")
            )
        }
    }
}
