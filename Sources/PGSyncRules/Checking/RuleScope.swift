/// The names a rule can use, and the faults found in it so far.
struct RuleScope {
    let context: RuleContext
    let maps: [String: AccountMap]
    /// Digits behind the point of the rule's currency; of an unknown one, the usual two.
    var places = Formula.Places.fixed(2)
    let table: String
    private var columns: [String: ColumnReference] = [:]
    /// The columns that the rule declares.
    private var declared: Set<String> = []
    /// Columns that are no text to whoever looks for a day, because they hold timestamps.
    private var undeclaredTimestamps: Set<String> = []
    /// Whether a column that is not declared and holds timestamps is taken as one.
    var takesTimestamps = false
    /// What each `let` above calls by a name.
    var lets: [String: NamedFormula] = [:]
    /// The name of the present element of `for each`, with the fields it has.
    var element: (name: String, list: String, fields: [String: ColumnType])?
    private(set) var faults: [Fault] = []
    /// What is likely to be meant otherwise.
    private(set) var warnings: [Fault] = []
    /// Whether something is missing because of a fault told elsewhere.
    private(set) var isIncomplete = false
    /// Names that are declared, but not in a way that can be understood: of columns, of fields such as `items.price`,
    /// and of values.
    var unread: Set<String>
    /// Maps that are there and could not be read.
    let unreadMaps: Set<String>
    /// Whether maps are missing that were to come from another file.
    let lacksMaps: Bool

    init(
        context: RuleContext,
        maps: [String: AccountMap],
        unreadMaps: Set<String> = [],
        lacksMaps: Bool = false,
        syntax: RuleSyntax
    ) {
        self.context = context
        self.maps = maps
        self.unreadMaps = unreadMaps
        self.lacksMaps = lacksMaps
        unread = syntax.unreadNames
        table = syntax.table.value
        for (name, column) in context.tables[table]?.columns ?? [:] where column.isCaptured {
            guard let type = column.kind.natural else { continue }
            columns[name] = ColumnReference(name: name, type: type, list: nil)
            if column.kind == .timestamp { undeclaredTimestamps.insert(name) }
        }
        declare(syntax.columns)
        undeclaredTimestamps.subtract(declared)
    }

    var columnNames: Set<String> { Set(columns.keys) }

    /// Digits behind the point, or two where the row's currency says it.
    var exponent: Int {
        if case .fixed(let exponent) = places { exponent } else { 2 }
    }

    func isDeclared(_ name: String) -> Bool { declared.contains(name) }

    private mutating func declare(_ columnSyntaxes: [ColumnSyntax]) {
        for column in columnSyntaxes {
            if !declared.insert(column.name.value).inserted {
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
        guard column.type.value == "list" || column.type.value == "object" else {
            if let type = ColumnType(named: column.type.value) { return type }
            let names = ColumnType.names
            let meant =
                column.type.value == "minor"
                ? "did you mean minor money?"
                : Spelling.nearest(to: column.type.value, among: names).map { "did you mean \($0)?" }
            note(
                Fault(
                    column.type.range,
                    "unknown type \(column.type.value)",
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
        return column.type.value == "list" ? .list(fields) : .object(fields)
    }

    // MARK: Names

    func column(_ name: String, at range: SourceRange) throws(Fault) -> ColumnReference {
        guard !unread.contains(name), let column = columns[name] else { throw unknown(name, at: range) }
        guard takesTimestamps, undeclaredTimestamps.contains(name) else { return column }
        return ColumnReference(name: name, type: .timestamp, list: nil)
    }

    /// What kind of column there is in the database, for what only that says.
    func stored(_ column: ColumnReference) -> TableShape.Column? {
        column.list == nil && column.inner.isEmpty ? context.tables[table]?.columns[column.name] : nil
    }

    func field(_ names: [String], of owner: String, at range: SourceRange) throws(Fault) -> ColumnReference {
        if let element, element.name == owner {
            return try field(names, of: owner, calledSo: element.list, element.fields, at: range)
        }
        guard let column = columns[owner], case .object(let fields) = column.type else {
            if unread.contains(owner) { throw unknown(owner, at: range) }
            guard columns[owner] == nil else {
                throw Fault(
                    range,
                    "\(owner) is not declared as an object",
                    help: "declare what is read of it: column \(owner) object (\(names[0]) text)"
                )
            }
            throw Fault(
                range,
                "\(owner) is not the element of a list here",
                help: self.element.map { "the element is called \($0.name)" }
                    ?? "write 'for each list as \(owner)' and indent this line below it"
            )
        }
        return try field(names, of: owner, calledSo: nil, fields, at: range)
    }

    /// A field of an element, or of an object where there is no list.
    private func field(
        _ names: [String],
        of owner: String,
        calledSo list: String?,
        _ fields: [String: ColumnType],
        at range: SourceRange
    ) throws(Fault) -> ColumnReference {
        var (type, path) = (ColumnType.object(fields), list ?? owner)
        for (depth, name) in names.enumerated() {
            guard case .object(let fields) = type else {
                throw Fault(range, "\(path) is \(type.noun), which has no fields")
            }
            guard let found = fields[name] else {
                let meant = Spelling.nearest(to: name, among: fields.keys)
                let isElement = list != nil && depth == 0
                let before = ([owner] + names.prefix(depth)).joined(separator: ".")
                throw Fault(
                    range,
                    isElement
                        ? "the elements of \(path) have no field \(name)" : "\(path) has no field \(name)",
                    help: meant.map { "did you mean \(before).\($0)?" }
                        ?? "declare it: column \(list ?? owner) \(list == nil ? "object" : "list") (\(name) money)",
                    isConsequence: unread.contains("\(path).\(name)")
                )
            }
            (type, path) = (found, "\(path).\(name)")
        }
        return list == nil
            ? ColumnReference(name: owner, inner: names, type: type, list: nil)
            : ColumnReference(name: names[0], inner: Array(names.dropFirst()), type: type, list: list)
    }

    func unknown(_ name: String, at range: SourceRange) -> Fault {
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
                help: "add a column of a simple type"
            )
        }
        return Fault(
            range,
            "\(table) has no column \(name)",
            help: Spelling.nearest(to: name, among: Array(columns.keys) + Array(lets.keys))
                .map { "did you mean \($0)?" }
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
