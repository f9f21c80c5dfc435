/// What the entries of many records come to on one account, by either set of rules.
package struct RuleSum: Sendable, Equatable {
    package struct Key: Sendable, Hashable {
        package let account: String
        package let currency: String
    }

    package let key: Key
    /// In the smallest unit, debits less credits.
    package var before: Int128
    package var after: Int128

    package var change: Int128 { after - before }
}
