/// The names a rule can use, and the faults found in it so far.
struct RuleScope {
    let context: RuleContext
    let maps: [String: AccountMap]
    /// Digits behind the point of the rule's currency; of an unknown one, the usual two.
    let exponent: Int
    private let table: String
    private var columns: [String: ColumnReference] = [:]
    /// The name of the present element of `for each`, with the fields it has.
    var element: (name: String, list: String, fields: [String: ColumnType])?
    var faults: [Fault] = []

    init(context: RuleContext, maps: [String: AccountMap], syntax: RuleSyntax) {
        self.context = context
        self.maps = maps
        table = syntax.table.value
        exponent = syntax.currency.flatMap { context.currencies[$0.value] } ?? 2
        for (name, column) in context.tables[table]?.columns ?? [:] where column.isCaptured {
            guard let type = column.kind.natural else { continue }
            columns[name] = ColumnReference(name: name, type: type, list: nil)
        }
        declare(syntax.columns)
    }

    var columnNames: Set<String> { Set(columns.keys) }

    private mutating func declare(_ declared: [ColumnSyntax]) {
        var seen: Set<String> = []
        for column in declared {
            if !seen.insert(column.name.value).inserted {
                faults.append(Fault(column.name.range, "the column \(column.name.value) is declared twice"))
            }
            let type = type(of: column)
            if let type {
                columns[column.name.value] = ColumnReference(name: column.name.value, type: type, list: nil)
            }
            if let shape = context.tables[table] { check(column, type, against: shape) }
        }
    }

    /// A declared column must be there, be captured, and hold what it is declared to hold.
    private mutating func check(_ column: ColumnSyntax, _ type: ColumnType?, against shape: TableShape) {
        let name = column.name.value
        guard let known = shape.columns[name], known.isCaptured else {
            columns[name] = nil
            faults.append(unknown(name, at: column.name.range))
            // What was declared is not reported again wherever it is used.
            if let type { columns[name] = ColumnReference(name: name, type: type, list: nil) }
            return
        }
        guard let type, !known.kind.fits(type) else { return }
        faults.append(
            Fault(
                column.type.range,
                "\(name) is \(known.dataType) in \(table), which cannot be read as \(type.noun)",
                help: known.remedy(for: type, column: name, table: table)
            )
        )
    }

    private mutating func type(of column: ColumnSyntax) -> ColumnType? {
        guard column.type.value == "list" else {
            if let type = ColumnType(named: column.type.value) { return type }
            let names = ["text", "integer", "number", "money", "boolean", "date", "list"]
            let meant = Spelling.nearest(to: column.type.value, among: names).map { "did you mean \($0)?" }
            faults.append(
                Fault(
                    column.type.range,
                    "there is no type \(column.type.value)",
                    help: meant ?? "the types are \(names.joined(separator: ", "))"
                )
            )
            return nil
        }
        var fields: [String: ColumnType] = [:]
        for field in column.fields { fields[field.name.value] = type(of: field) }
        return .list(fields)
    }

    // MARK: Names

    func column(_ name: String, at range: SourceRange) throws(Fault) -> ColumnReference {
        guard let column = columns[name] else { throw unknown(name, at: range) }
        return column
    }

    func field(_ name: String, of owner: String, at range: SourceRange) throws(Fault) -> ColumnReference {
        guard let element, element.name == owner else {
            throw Fault(
                range,
                "\(owner) is not the element of a list here",
                help: self.element.map { "the element is called \($0.name)" }
                    ?? "write 'for each list as \(owner)' and indent this line below it"
            )
        }
        guard let type = element.fields[name] else {
            let meant = Spelling.nearest(to: name, among: element.fields.keys)
            throw Fault(
                range,
                "the elements of \(element.list) have no field \(name)",
                help: meant.map { "did you mean \(owner).\($0)?" }
                    ?? "declare it: column \(element.list) list (\(name) money)"
            )
        }
        return ColumnReference(name: name, type: type, list: element.list)
    }

    private func unknown(_ name: String, at range: SourceRange) -> Fault {
        if let known = context.tables[table]?.columns[name] {
            guard known.isCaptured else {
                return Fault(
                    range,
                    "\(table) has a column \(name), but it is not captured, so no rule sees it",
                    help:
                        "capture it, too: run pgsync attach \(table) again with a list of columns that has it"
                )
            }
            return Fault(
                range,
                "\(name) is \(known.dataType) in \(table), which rules cannot read",
                help: "let the table have a column that says it plainly"
            )
        }
        return Fault(
            range,
            "\(table) has no column \(name)",
            help: Spelling.nearest(to: name, among: columns.keys).map { "did you mean \($0)?" }
                ?? (context.tables[table] == nil ? "declare it with its type: column \(name) text" : nil)
        )
    }

    /// Runs a check; what it throws is noted, and the next check goes on.
    mutating func noting<Result>(_ check: (inout RuleScope) throws(Fault) -> Result) -> Result? {
        do {
            return try check(&self)
        } catch {
            faults.append(error)
            return nil
        }
    }
}
