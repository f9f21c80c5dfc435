/// Which entries are asked for: those that meet every condition.
package struct EntryFilter: Sendable, Equatable {
    /// Entries with a line on this account.
    package var account: String?
    /// Entries with a line that names this party; with an account, the same line.
    package var party: String?
    package var from: LedgerDay?
    package var until: LedgerDay?
    /// The table of the record, by its number in the catalog.
    package var sourceTable: Int64?
    package var record: String?
    /// At most so many, the latest.
    package var limit: Int?

    package init() {}
}
