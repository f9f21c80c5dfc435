package import Days

/// An account with its balance, over all entries.
package struct AccountBalance: Sendable, Equatable {
    /// On its normal side, in full; negative if it is on the other side.
    package struct Amount: Sendable, Equatable {
        package let currency: String
        package let balance: String
    }

    package let account: Account
    /// Its depth in the chart.
    package let depth: Int
    /// One for each currency it was ever posted in.
    package var amounts: [Amount]
}

/// The lines of an account in a span of days, with the balance after each.
package struct AccountStatement: Sendable, Equatable {
    package struct Line: Sendable, Equatable {
        package let date: Day
        /// Nil for the opening balance.
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
    package let from: Day
    package let until: Day
    /// By currency and then by day.
    package let lines: [Line]
}

/// The balance of every account at the end of a day.
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

    package let day: Day
    package let rows: [Row]
    package let totals: [Total]

    /// Whether both sides are equal in each currency, as the rules of the journal promise.
    package var isBalanced: Bool { totals.allSatisfy { $0.debit == $0.credit } }
}
