/// The chart of accounts, by code.
package struct AccountChart: Sendable {
    package let accounts: [Account]
    private let byCode: [String: Account]

    init(_ accounts: [Account]) {
        self.accounts = accounts
        byCode = Dictionary(accounts.map { ($0.code, $0) }) { first, _ in first }
    }

    package subscript(code: String) -> Account? { byCode[code] }

    /// An account under those it is listed under, the topmost first; parents that go in a circle are cut.
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
