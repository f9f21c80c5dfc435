/// The columns of a table.
package struct TableShape: Sendable, Hashable {
    package struct Column: Sendable, Hashable {
        /// How the database calls its type, such as `numeric(12,2)`.
        package let dataType: String
        package let kind: StoredType
        /// Whether it is part of the images that rules are given.
        package let isCaptured: Bool

        package init(dataType: String, kind: StoredType, isCaptured: Bool = true) {
            self.dataType = dataType
            self.kind = kind
            self.isCaptured = isCaptured
        }
    }

    package var columns: [String: Column]

    package init(columns: [String: Column]) {
        self.columns = columns
    }
}
