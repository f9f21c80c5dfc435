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
    /// The day it counts for.
    package let date: LedgerDay
    package var documentDate: LedgerDay
    /// The day it would have counted for, had that day's period been open.
    package var sweptFrom: LedgerDay?
    package var postedAt: Timestamp
    package var postedBy: String
    package var purpose: String
    package var description: String
    package var currency: Currency
    /// The entry that this one takes back.
    package var reverses: Int64?
    /// The entry that takes this one back, where the reader was asked to find it.
    package var reversedBy: Int64?
    /// The change it was posted for.
    package var changeID: Int64?
    /// The table of the record it was posted for.
    package var sourceTable: String?
    package var recordID: String?
    package var rule: String?
    package var correlationID: String?
    package var lines: [Line]

    /// What is on the debit side, in the smallest unit.
    package var total: Int64 { lines.reduce(0) { $0 &+ max(0, $1.amount) } }
}
