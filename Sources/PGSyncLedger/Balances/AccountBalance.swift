/// An account with what it stands at, of all entries there are.
package struct AccountBalance: Sendable, Equatable {
    /// On its normal side, in full; negative where it stands on the other.
    package struct Amount: Sendable, Equatable {
        package let currency: String
        package let balance: String
    }

    package let account: Account
    /// How far below the top of the chart it stands.
    package let depth: Int
    /// One for each currency it was ever posted in.
    package var amounts: [Amount]
}
