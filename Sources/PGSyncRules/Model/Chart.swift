/// The accounts a rule may post to.
package struct Chart: Sendable {
    package struct Account: Sendable, Hashable {
        package let code: String
        package let name: String
        /// Such as asset or income.
        package let type: String
        /// Whether a line must name a patient, customer or supplier.
        package let requiresParty: Bool
        package let isActive: Bool

        package init(
            code: String,
            name: String,
            type: String,
            requiresParty: Bool = false,
            isActive: Bool = true
        ) {
            self.code = code
            self.name = name
            self.type = type
            self.requiresParty = requiresParty
            self.isActive = isActive
        }
    }

    private let accounts: [String: Account]

    package init(_ accounts: some Sequence<Account>) {
        self.accounts = Dictionary(accounts.map { ($0.code, $0) }, uniquingKeysWith: { $1 })
    }

    package subscript(code: String) -> Account? { accounts[code] }

    var codes: [String] { accounts.keys.sorted() }
}
