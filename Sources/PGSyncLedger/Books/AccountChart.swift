/// The chart of accounts, by code.
package struct AccountChart: Sendable {
    package let accounts: [Account]
    private let byCode: [String: Account]

    init(_ accounts: [Account]) {
        self.accounts = accounts
        byCode = Dictionary(accounts.map { ($0.code, $0) }) { first, _ in first }
    }

    package subscript(code: String) -> Account? { byCode[code] }

    /// An account and its parents, the topmost first; circular parents are cut.
    package func lineage(of account: Account) -> [Account] {
        var lineage = [account]
        while let code = lineage[0].parent, let parent = byCode[code],
            !lineage.contains(where: { $0.code == code })
        {
            lineage.insert(parent, at: 0)
        }
        return lineage
    }

    /// Every account below its parent, with its depth.
    package var tree: [(account: Account, depth: Int)] {
        accounts.map { (account: $0, lineage: lineage(of: $0)) }
            .sorted { $0.lineage.map(\.code).lexicographicallyPrecedes($1.lineage.map(\.code)) }
            .map { ($0.account, $0.lineage.count - 1) }
    }
}

/// An account of the chart.
package struct Account: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case asset, liability, equity, income, expense
    }

    package var code: String
    package var name: String
    package var kind: Kind
    /// Whether it reduces others of its kind, so that its normal side is the other one.
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

/// A currency, with the number of decimals its amounts have.
package struct Currency: Sendable, Hashable {
    package let code: String
    package let exponent: Int

    /// An amount in the smallest unit, in full: 12345 is 123.45 where there are two decimals.
    package func text(of amount: some BinaryInteger) -> String {
        let digits = String(amount.magnitude)
        let sign = amount < 0 ? "-" : ""
        guard exponent > 0 else { return sign + digits }
        let zeros = String(repeating: "0", count: max(0, exponent + 1 - digits.count))
        let padded = zeros + digits
        return "\(sign)\(padded.dropLast(exponent)).\(padded.suffix(exponent))"
    }

    /// Zero, with all its decimals.
    package var zero: String { text(of: 0) }
}
