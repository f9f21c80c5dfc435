package import Days

/// Rows of one kind that an API lists, and the table they go into.
package struct ImportStream: Sendable, Hashable {
    package let name: String
    package let target: TableName
    /// The streams that are fetched before it.
    package internal(set) var after: [String] = []
    package internal(set) var key: [String] = []
    /// Below the base; begins with a slash.
    package internal(set) var path = "/"
    /// What every query of it has.
    package internal(set) var parameters: [ImportParameter] = []
    package internal(set) var pager = ImportPager.single
    /// Where the array of rows is in an answer; the root means that the answer is that array.
    package internal(set) var rowsPath = JSONPath.root
    /// Whether an answer is one row, and that an object.
    package internal(set) var isOneRow = false
    /// Where an answer says how many rows there are.
    package internal(set) var countPath: JSONPath?
    package internal(set) var changed: ImportChanged?
    /// The path of one row, with `{name}` for each column of the key.
    package internal(set) var itemPath: String?
    package internal(set) var history: ImportHistory?
    /// How long the API can still tell what changed.
    package internal(set) var remembers: Duration?
    package internal(set) var deletes: ImportDeletes?
    package internal(set) var unknown = UnknownFields.ignore
    /// The columns that are masked wherever a row is kept that failed.
    package internal(set) var privateColumns: [String] = []
    package internal(set) var columns: [ImportColumn] = [] {
        didSet { known = Set(columns.compactMap(\.path.names.first)) }
    }
    package internal(set) var examples: [ImportExample] = []
    /// The fields of a row that columns are read from.
    private(set) var known: Set<String> = []

    init(name: String, target: TableName) {
        self.name = name
        self.target = target
    }

    /// The column of a name.
    package func column(_ name: String) -> ImportColumn? { columns.first { $0.name == name } }
}

/// How one page follows another.
package enum ImportPager: Sendable, Hashable {
    /// One answer is all.
    case single
    /// Pages are counted.
    case page(parameter: String, first: Int, size: PageSize?, end: PageEnd)
    /// Rows are counted, from 0.
    case offset(parameter: String, size: PageSize, end: PageEnd)
    /// A page says where the next begins; the last says nothing, null or ''.
    case cursor(path: JSONPath, parameter: String, size: PageSize?)
    /// The header Link of a page has the URL of the next as `rel=next`.
    case link(size: PageSize?)
    /// A page has the URL of the next; the last has none, null or ''.
    case next(path: JSONPath, size: PageSize?)
    /// The next page begins after the key of the last row.
    case after(parameter: String, size: PageSize?, end: PageEnd)

    /// How many rows a page is asked to have.
    package var size: PageSize? {
        switch self {
        case .single: nil
        case .page(_, _, let size, _), .cursor(_, _, let size), .link(let size), .next(_, let size),
            .after(_, let size, _):
            size
        case .offset(_, let size, _): size
        }
    }
}

/// How many rows a page is asked to have, and by which parameter.
package struct PageSize: Sendable, Hashable {
    package let parameter: String
    package let rows: Int
}

/// Which page is the last.
package enum PageEnd: Sendable, Hashable {
    /// One without rows.
    case empty
    /// One with fewer rows than were asked for.
    case short
    /// One in which this is not true: whether there are more.
    case flag(JSONPath)
}

/// How an API lists only what changed.
package struct ImportChanged: Sendable, Hashable {
    /// How a moment is written in a query.
    package enum Form: String, Sendable, CaseIterable {
        /// Such as 2026-01-31T18:30:00Z.
        case iso
        /// Such as 2026-01-31.
        case date
        /// Since 1970.
        case seconds
        case milliseconds
    }

    /// The column that says when a row changed.
    package let column: String
    /// The parameter for the moment from which on.
    package let since: String
    /// The parameter for the moment before which.
    package let before: String?
    package let form: Form
    /// How much of what was fetched is fetched again, because rows may come late.
    package let lookback: Duration
}

/// How far back rows are fetched.
package struct ImportHistory: Sendable, Hashable {
    /// What a first walk is cut into.
    package enum Step: String, Sendable, CaseIterable {
        case hour, day, month, year
    }

    package let from: Day
    package let step: Step?
}

/// How rows are found that the API no longer has.
package struct ImportDeletes: Sendable, Hashable {
    package enum Sweep: String, Sendable, CaseIterable {
        case daily, weekly, monthly
    }

    package enum Action: Sendable, Hashable {
        case remove
        /// The moment goes into this column of the target.
        case mark(column: String)
    }

    package let sweep: Sweep
    package let action: Action
}

/// What to do about fields of a row that no column names.
package enum UnknownFields: String, Sendable, CaseIterable {
    case freeze, evolve, quarantine, ignore
}

/// A column of the target, and the field it is read from.
package struct ImportColumn: Sendable, Hashable {
    /// What the numbers of a field count that is a time, from 1970 on.
    package enum Epoch: String, Sendable {
        case seconds, milliseconds
    }

    package let name: String
    package let type: ImportType
    package internal(set) var path: JSONPath
    package internal(set) var epoch: Epoch?
    /// Whether a row without a value is wrong; columns of the key always are.
    package internal(set) var isRequired = false
}

/// What a column holds.
package enum ImportType: Sendable, Hashable, CustomStringConvertible {
    case smallint, integer, bigint, text, boolean, double, date, timestamp, timestamptz, uuid, jsonb
    /// With a precision and a scale, or of any size.
    case numeric(precision: Int, scale: Int)
    case anyNumeric

    /// By their words; a precision stands behind numeric.
    static let words: [(word: String, type: ImportType)] = [
        ("bigint", .bigint), ("integer", .integer), ("smallint", .smallint), ("text", .text),
        ("boolean", .boolean), ("numeric", .anyNumeric), ("double", .double), ("date", .date),
        ("timestamp", .timestamp), ("timestamptz", .timestamptz), ("uuid", .uuid), ("jsonb", .jsonb),
    ]

    /// As a definition writes it.
    package var description: String {
        if case .numeric(let precision, let scale) = self { return "numeric(\(precision),\(scale))" }
        return Self.words.first { $0.type == self }?.word ?? ""
    }

    /// As PostgreSQL writes it.
    package var sql: String { self == .double ? "double precision" : description }
}

/// An answer of an API, and what becomes of it.
package struct ImportExample: Sendable, Hashable {
    package enum Expectation: Sendable, Hashable {
        /// The images, as JSON.
        case images([Located<String>])
        /// A class of failures, and the column it is about.
        case failure(Located<String>, column: Located<String>?)
    }

    package let name: Located<String>
    /// JSON.
    package let given: Located<String>
    package let expectation: Expectation
}
