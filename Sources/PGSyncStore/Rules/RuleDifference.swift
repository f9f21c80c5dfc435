package import PGSyncRules

/// A record that other rules would post otherwise.
package struct RuleDifference: Sendable, Equatable {
    package struct Side: Sendable, Equatable {
        /// The version, such as `pharmacy_bill@2`; nil when none has anything to say.
        package let rule: String?
        package let outcome: RuleOutcome
    }

    package let table: String
    package let recordID: String
    package let before: Side
    package let after: Side
}
