package import Days

/// What a rule makes of a row.
package enum RuleOutcome: Sendable, Hashable {
    /// The rule does not apply, or every line was skipped.
    case nothing
    case entry(RuleEntry)
    case failure(RuleFailure)
}

/// A journal entry as a rule draws it up; its lines add up to zero.
package struct RuleEntry: Sendable, Hashable {
    package struct Line: Sendable, Hashable {
        package let account: String
        /// Minor units: above zero a debit, below zero a credit.
        package let amount: Int64
        package let party: String?
        package let dimensions: [String: String]

        package init(account: String, amount: Int64, party: String?, dimensions: [String: String]) {
            self.account = account
            self.amount = amount
            self.party = party
            self.dimensions = dimensions
        }
    }

    package let date: Day
    package let currency: String
    package let description: String
    package let lines: [Line]

    package init(date: Day, currency: String, description: String, lines: [Line]) {
        self.date = date
        self.currency = currency
        self.description = description
        self.lines = lines
    }
}
