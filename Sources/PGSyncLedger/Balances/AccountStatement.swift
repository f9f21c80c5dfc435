/// The lines of an account in a span of days, with the balance after each.
package struct AccountStatement: Sendable, Equatable {
    package struct Line: Sendable, Equatable {
        package let date: LedgerDay
        /// Nil for what was brought forward.
        package let entry: Int64?
        package let description: String
        package let party: String?
        package let currency: String
        package let debit: String?
        package let credit: String?
        /// Debits less credits up to here, in full.
        package let balance: String
    }

    package let account: Account
    package let from: LedgerDay
    package let until: LedgerDay
    /// By currency and then by day.
    package let lines: [Line]
}
