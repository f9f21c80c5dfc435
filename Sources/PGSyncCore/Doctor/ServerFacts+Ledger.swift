extension ServerFacts {
    /// What keeps the ledger true.
    package struct Ledger: Sendable, Equatable {
        /// A trigger that is not there, or not on for every session.
        package struct Safeguard: Sendable, Equatable {
            package let table: String
            package let trigger: String

            package init(table: String, trigger: String) {
                self.table = table
                self.trigger = trigger
            }
        }

        package var missing: [Safeguard]
        /// Rows that name others that are not there, in sentences.
        package var danglingReferences: [String]

        package init(missing: [Safeguard], danglingReferences: [String] = []) {
            self.missing = missing
            self.danglingReferences = danglingReferences
        }
    }
}
