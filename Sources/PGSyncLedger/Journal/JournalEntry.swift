package import Days
package import Postgres

/// An entry of the journal with its lines.
package struct JournalEntry: Sendable, Equatable, Identifiable {
    /// A line: debit positive and credit negative, in the smallest unit of the currency.
    package struct Line: Sendable, Equatable {
        package let number: Int
        package let account: String
        package let amount: Int64
        package var party: String?
        /// An object in JSON.
        package var dimensions: String?
    }

    package let id: Int64
    /// The accounting date.
    package let date: Day
    package var documentDate: Day
    /// The accounting date it would have had if that period had been open.
    package var sweptFrom: Day?
    package var postedAt: Timestamp
    package var postedBy: String
    package var purpose: String
    package var description: String
    package var currency: Currency
    /// The entry that this one reverses.
    package var reverses: Int64?
    /// The entry that reverses this one, if the reader was asked to find it.
    package var reversedBy: Int64?
    /// The change it was posted for.
    package var changeID: Int64?
    /// The table of the record it was posted for.
    package var sourceTable: String?
    package var recordID: String?
    package var rule: String?
    package var correlationID: String?
    package var lines: [Line]

    /// The sum of the debits, in the smallest unit.
    package var total: Int64 { lines.reduce(0) { $0 &+ max(0, $1.amount) } }
}

/// Which entries to read: those that meet every condition.
package struct EntryFilter: Sendable, Equatable {
    /// Entries with a line on this account.
    package var account: String?
    /// Entries with a line that names this party; with an account, the same line.
    package var party: String?
    package var from: Day?
    package var until: Day?
    /// The table of the record, by its number in the catalog.
    package var sourceTable: Int64?
    package var record: String?
    /// The rule that made it, by its name or as `name@version`.
    package var rule: String?
    package var purpose: String?
    /// What its description holds, in capitals or not.
    package var text: String?
    /// The least and the most of its total, as decimal texts.
    package var least: String?
    package var most: String?
    /// At most this many, the latest.
    package var limit: Int?

    package init() {}
}

/// Something in the ledger that its rules forbid, or a rule that is not in force.
package struct JournalFinding: Sendable, Equatable {
    package let kind: String
    package let entry: Int64?
    package let found: String
}

/// Checks the whole journal for what its safeguards refuse, in case they were disabled.
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
