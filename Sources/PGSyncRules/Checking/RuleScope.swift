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
    private(set) var faults: [Fault] = []
    /// What is likely to be meant otherwise.
    private(set) var warnings: [Fault] = []
    /// Whether something is missing because of a fault told elsewhere.
    private(set) var isIncomplete = false
    /// Columns, and fields such as `items.price`, that are declared, but not in a way that can be understood.
    private var unread: Set<String>
    /// Maps that are there and could not be read.
    let unreadMaps: Set<String>

    init(context: RuleContext, maps: [String: AccountMap], unreadMaps: Set<String> = [], syntax: RuleSyntax) {
        self.context = context
        self.maps = maps
        self.unreadMaps = unreadMaps
        unread = syntax.unreadColumns
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
                note(Fault(column.name.range, "the column \(column.name.value) is declared twice"))
            }
            let type = type(of: column, calledSo: column.name.value)
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
            note(unknown(name, at: column.name.range))
            // What was declared is not reported again wherever it is used.
            if let type { columns[name] = ColumnReference(name: name, type: type, list: nil) }
            return
        }
        guard let type, !known.kind.fits(type) else { return }
        note(
            Fault(
                column.type.range,
                "\(name) is \(known.dataType) in \(table), which cannot be read as \(type.noun)",
                help: known.remedy(for: type, column: name, table: table, timeZone: context.timeZone)
            )
        )
    }

    private mutating func type(of column: ColumnSyntax, calledSo path: String) -> ColumnType? {
        guard column.type.value == "list" else {
            if let type = ColumnType(named: column.type.value) { return type }
            let names = ["text", "integer", "number", "money", "boolean", "date", "list"]
            let meant = Spelling.nearest(to: column.type.value, among: names).map { "did you mean \($0)?" }
            note(
                Fault(
                    column.type.range,
                    "there is no type \(column.type.value)",
                    help: meant ?? "the types are \(names.joined(separator: ", "))"
                )
            )
            unread.insert(path)
            return nil
        }
        var fields: [String: ColumnType] = [:]
        for field in column.fields {
            fields[field.name.value] = type(of: field, calledSo: "\(path).\(field.name.value)")
        }
        return .list(fields)
    }

    // MARK: Names

    func column(_ name: String, at range: SourceRange) throws(Fault) -> ColumnReference {
        guard !unread.contains(name), let column = columns[name] else { throw unknown(name, at: range) }
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
                    ?? "declare it: column \(element.list) list (\(name) money)",
                isConsequence: unread.contains("\(element.list).\(name)")
            )
        }
        return ColumnReference(name: name, type: type, list: element.list)
    }

    private func unknown(_ name: String, at range: SourceRange) -> Fault {
        if unread.contains(name) {
            return Fault(range, "the declaration of \(name) cannot be read", isConsequence: true)
        }
        if let known = context.tables[table]?.columns[name] {
            switch known.capture {
            case .captured: break
            case .leftOut:
                return Fault(
                    range,
                    "\(table) has a column \(name), but it is not captured, so no rule sees it",
                    help:
                        "capture it, too: run pgsync attach \(table) again with a list of columns that has it"
                )
            case .notYet:
                return Fault(
                    range,
                    "\(name) was added to \(table) after it was attached, and is not captured yet",
                    help: "capture it, and the rows that are there: pgsync attach \(table) --renew --backfill"
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
                ?? (context.tables[table] == nil ? "declare it with its type: column \(name) TYPE" : nil),
            // Of a table that has to be there and is not, this would be said of every column.
            isConsequence: context.requiresTables && context.tables[table] == nil
        )
    }

    // MARK: Faults

    mutating func note(_ fault: Fault) {
        if fault.isConsequence { isIncomplete = true } else { faults.append(fault) }
    }

    mutating func warn(_ warning: Fault) { warnings.append(warning) }

    /// Runs a check; what it throws is noted, and the next check goes on.
    mutating func noting<Result>(_ check: (inout RuleScope) throws(Fault) -> Result) -> Result? {
        do {
            return try check(&self)
        } catch {
            note(error)
            return nil
        }
    }
}
