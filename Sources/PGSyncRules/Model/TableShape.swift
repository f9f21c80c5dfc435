/// The columns of a table.
package struct TableShape: Sendable, Hashable {
    /// Whether images have a column.
    package enum Capture: String, Sendable, Hashable {
        case captured
        /// The table was attached without it.
        case leftOut = "left_out"
        /// It was added since.
        case notYet = "not_yet"
    }

    package struct Column: Sendable, Hashable {
        /// How the database calls its type, such as `numeric(12,2)`.
        package let dataType: String
        package let kind: StoredType
        /// Whether it is part of the images that rules are given.
        package let capture: Capture

        package init(dataType: String, kind: StoredType, capture: Capture = .captured) {
            self.dataType = dataType
            self.kind = kind
            self.capture = capture
        }

        package var isCaptured: Bool { capture == .captured }
    }

    package var columns: [String: Column]

    package init(columns: [String: Column]) {
        self.columns = columns
    }

    /// As it will be once just these columns are captured.
    package mutating func capture(_ names: Set<String>) {
        for (name, column) in columns {
            columns[name] = Column(
                dataType: column.dataType,
                kind: column.kind,
                capture: names.contains(name) ? .captured : .leftOut
            )
        }
    }
}
