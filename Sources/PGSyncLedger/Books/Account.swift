/// An account of the chart.
package struct Account: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case asset, liability, equity, income, expense
    }

    package var code: String
    package var name: String
    package var kind: Kind
    /// Whether it lessens others of its kind, so that its normal side is the other.
    package var isContra = false
    package var parent: String?
    /// Whether each line must name a party.
    package var needsParty = false
    /// Whether it must be zero before a period is closed.
    package var mustBeZeroToClose = false
    package var isActive = true

    package var normalSide: String {
        (kind == .asset || kind == .expense) != isContra ? "debit" : "credit"
    }
}
