/// What every account stands at, at the end of a day.
package struct TrialBalance: Sendable, Equatable {
    /// An account in one currency; amounts in full, at most one of the two sides.
    package struct Row: Sendable, Equatable {
        package let account: String
        package let name: String
        package let kind: String
        package let currency: Currency
        package var debit: String?
        package var credit: String?

        /// Debit less credit.
        package var balance: String { debit ?? credit.map { "-\($0)" } ?? currency.zero }
    }

    /// All accounts in one currency.
    package struct Total: Sendable, Equatable {
        package let currency: Currency
        package let debit: String
        package let credit: String
    }

    package let day: LedgerDay
    package let rows: [Row]
    package let totals: [Total]

    /// Whether both sides are equal in each currency, as the rules of the journal promise.
    package var isBalanced: Bool { totals.allSatisfy { $0.debit == $0.credit } }
}
