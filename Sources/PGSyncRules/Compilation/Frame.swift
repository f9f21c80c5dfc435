/// What a query makes of an object and the statements about it: the row, or an element of a list.
struct Frame {
    /// The name of the query.
    let name: String
    private(set) var columns: [Column] = []
    var values: ValueColumns
    /// What must hold, once the values of a step are there.
    var filter: (step: Int, condition: String)?
    /// The amounts of the lines.
    private(set) var lines: [StepQuery.Column] = []
    private(set) var lists: [String] = []
    /// The numbers of the lists whose failures show a value.
    private(set) var showingLists: [Int] = []
    /// What is posted, in the order written.
    private(set) var parts: [Part] = []
    /// The column with the JSON object.
    private let object: String

    /// A column of the object, under the names of its stages.
    struct Column {
        let reference: ColumnReference
        /// As it stands in the object.
        let given: String
        /// As a number of any size.
        let read: String
        /// The number in front keeps it apart from all other names of the query.
        let name: String
    }

    enum Part {
        case line(Line)
        /// All lines of a list, by its number.
        case list(Int)
    }

    struct Line {
        /// Minor units with a sign; zero if the line is left out, null if it fails.
        let amount: String
        let account: String
        let party: String?
        /// A JSON object, null if it would be empty.
        let dimensions: String?
        let isOptional: Bool
    }

    /// Columns of an outer query can be mentioned too.
    init(_ name: String, of object: String, columns: [ColumnReference], in outer: Frame? = nil) {
        self.name = name
        self.object = object
        var names = outer?.values.columns ?? [:]
        for (number, column) in zip(1..., columns) {
            let quoted = SQLText.identifier("\(number) \(column.name)")
            self.columns.append(
                Column(reference: column, given: "given_\(number)", read: "read_\(number)", name: quoted)
            )
            names[column] = "\(name).\(quoted)"
        }
        values = ValueColumns(of: name, columns: names, in: outer?.values)
    }

    /// A column as it stands in the object; as a text if it is to be one, a date or a timestamp.
    func given(_ column: ColumnReference) -> String {
        taken(column, asText: column.type == .text || column.type == .date || column.type == .timestamp)
    }

    func taken(_ column: ColumnReference, asText: Bool = false) -> String {
        let names = [column.name] + column.inner
        let way = names.dropLast().map { " -> \(SQLText.literal($0))" }.joined()
        return "(\(name).\(object)\(way) \(asText ? "->>" : "->") \(SQLText.literal(names[names.count - 1])))"
    }

    /// The object that so many names of a column's path lead to.
    func object(of column: ColumnReference, depth: Int) -> String {
        let names = [column.name] + column.inner.prefix(depth)
        return "(\(name).\(object)\(names.map { " -> \(SQLText.literal($0))" }.joined()))"
    }

    // MARK: Lines

    /// Takes in a line with its amount, unless one of the guards is false.
    mutating func add(_ line: LineStatement, places: Formula.Places, guards: [String]) -> Line {
        var amount = values.units(of: line.amount, places: places)
        if line.side == .credit { amount = "- \(amount)" }
        if !line.skipsZero { amount = "nullif(\(amount), 0)" }
        if !guards.isEmpty {
            amount = "case when \(guards.joined(separator: " and ")) then \(amount) else 0 end"
        }
        let column = StepQuery.Column(name: "line_\(lines.count + 1)", value: amount)
        lines.append(column)
        let line = Line(
            amount: "\(name).\(column.name)",
            account: values.value(of: line.account),
            party: line.party.map { values.value(of: $0) },
            dimensions: dimensions(of: line),
            isOptional: line.skipsZero || !guards.isEmpty
        )
        parts.append(.line(line))
        return line
    }

    private mutating func dimensions(of line: LineStatement) -> String? {
        guard !line.dimensions.isEmpty else { return nil }
        let given = line.dimensions.map { values.value(of: $0.value) }
        let pairs = zip(line.dimensions, given).map { "\(SQLText.literal($0.name)), \($1)" }
        var object = "pg_catalog.jsonb_object(array[\(pairs.joined(separator: ", "))])"
        if pairs.count > 1 { object = "pg_catalog.jsonb_strip_nulls(\(object))" }
        return "case when coalesce(\(given.joined(separator: ", "))) is not null then \(object) end"
    }

    /// Takes in the lines of the elements of a list, and mentions their first failure.
    mutating func addList(_ query: String, showsValue: Bool) -> String {
        lists.append(query)
        parts.append(.list(lists.count))
        if showsValue { showingLists.append(lists.count) }
        return "\(name).failure_\(lists.count)"
    }
}
