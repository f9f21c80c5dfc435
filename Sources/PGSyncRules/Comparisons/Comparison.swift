/// Two data sets that should be the same, how they are compared, and how what differs is mended.
package struct Comparison: Sendable, Hashable {
    package let name: String
    package let version: Int
    /// How often it is made by itself; nil for never.
    package internal(set) var every: Duration?
    /// What the left and the right side are called where people read of them.
    package internal(set) var leftName = "left"
    package internal(set) var rightName = "right"
    /// Other databases by their names, and where the connection string of each is.
    package internal(set) var databases: [String: SecretReference] = [:]
    /// How long both rows of a key must stay as they are before they count as different.
    package internal(set) var settle = Duration.seconds(10)
    /// How many rows a run may mend at most.
    package internal(set) var healLimit = 1_000
    /// As written.
    package internal(set) var entities: [ComparisonEntity] = []

    init(name: String, version: Int) {
        self.name = name
        self.version = version
    }

    /// The entity of a name.
    package func entity(_ name: String) -> ComparisonEntity? { entities.first { $0.name == name } }
}

/// One kind of rows that both sides have.
package struct ComparisonEntity: Sendable, Hashable {
    package let name: String
    package internal(set) var left: ComparisonSide
    package internal(set) var right: ComparisonSide
    /// What tells rows apart, on both sides; never empty.
    package internal(set) var key: [ComparedColumn] = []
    /// What is compared besides.
    package internal(set) var columns: [ComparedColumn] = []
    /// Columns that a copy takes along, although they are not compared.
    package internal(set) var copied: [ComparedColumn] = []
    /// Columns by whose values rows are counted on both sides.
    package internal(set) var groups: [String] = []
    package internal(set) var metrics: [ComparisonMetric] = []
    /// The entity whose rows each should have one of this; what share has is its coverage.
    package internal(set) var coverage: String?
    /// How much it counts in the match of the whole comparison.
    package internal(set) var weight = 1
    /// It is mended when more rows differ than this.
    package internal(set) var syncAbove = 0
    package internal(set) var heal: ComparisonHeal?

    /// All columns that are read.
    package var readColumns: [ComparedColumn] { key + columns }
}

/// Where rows of one side are.
package struct ComparisonSide: Sendable, Hashable {
    package enum Place: Sendable, Hashable {
        /// A table or view of this database.
        case here(TableName)
        /// A table or view of another database that the comparison names.
        case database(String, TableName)
        /// The table of a stream of an import, which is run before.
        case stream(import: String, stream: String)
    }

    package let place: Place
    /// What a row has to be like; all of these.
    package internal(set) var conditions: [ComparisonCondition] = []

    /// The import that is run before it is read; nil for none.
    package var importName: String? {
        guard case .stream(let name, _) = place else { return nil }
        return name
    }

    /// Whether it is a table of this database.
    package var isHere: Bool {
        if case .database = place { false } else { true }
    }
}

/// A column of both sides, and in what form its values are compared.
package struct ComparedColumn: Sendable, Hashable {
    /// What happens to a text before it is compared.
    package enum Form: String, Sendable, CaseIterable {
        /// Blanks around it do not count.
        case trim
        /// Capitals do not count.
        case lower
        /// A text without characters is none.
        case blank
    }

    /// What it is called, on the left side, too.
    package let name: String
    /// What the right side calls it.
    package internal(set) var rightName: String
    /// The type that both values are cast to; nil for that which they have.
    package internal(set) var type: ImportType?
    package internal(set) var forms: Set<Form> = []
    /// How far two numbers may be apart, as it is written.
    package internal(set) var within: String?

    init(_ name: String) {
        self.name = name
        rightName = name
    }
}

/// What a value of a column has to be.
package struct ComparisonCondition: Sendable, Hashable {
    package enum Test: Sendable, Hashable {
        /// Compared by `=`, `<>`, `<`, `<=`, `>` or `>=` with a value as it is written, without quotes.
        case compared(String, String)
        case isNull, isNotNull
    }

    /// As the side calls it that is read.
    package let column: String
    package let test: Test
}

/// A figure of one side: how many rows, or a sum or an average of them.
package struct ComparisonMetric: Sendable, Hashable {
    package enum Figure: Sendable, Hashable {
        case count
        /// Of one column, or of two multiplied.
        case sum(String, times: String?)
        case average(String, times: String?)
    }

    package let name: String
    package let figure: Figure
    package internal(set) var conditions: [ComparisonCondition] = []
}

/// How the right side is made equal to the left one.
package enum ComparisonHeal: Sendable, Hashable {
    /// Rows and values are copied from the left side; with deletes, rows that it has not are deleted.
    case copy(deletes: Bool)
    /// The import of the left side, or another, is run.
    case `import`(String, stream: String?)
    /// What a URL in a column of the left side gives is kept, by its SHA-256; only from these hosts.
    case fetch(column: String, hosts: [String])
}
