/// Checks what a line of a comparison cannot know of the others, and makes the comparison.
struct ComparisonChecker {
    private(set) var faults: [Fault] = []

    mutating func check(_ draft: ComparisonDraft) -> Comparison {
        if draft.entities.isEmpty, !draft.unread.contains("entity") {
            fail(
                draft.name,
                "the comparison \(draft.name.value) has no entity",
                "such as entity items, and below it its left, its right and its key"
            )
        }
        for (index, entity) in draft.entities.enumerated() {
            if let first = draft.entities[..<index].first(where: { $0.name.value == entity.name.value }) {
                fail(
                    entity.name,
                    "the entity \(entity.name.value) is listed twice",
                    "the first is in line \(first.name.range.line)"
                )
            }
        }
        var comparison = draft.comparison
        comparison.entities = draft.entities.compactMap { check($0, of: draft) }
        return comparison
    }

    private mutating func fail(_ place: Located<String>, _ message: String, _ help: String) {
        fail(place.range, message, help)
    }

    private mutating func fail(_ range: SourceRange, _ message: String, _ help: String) {
        faults.append(Fault(range, message, help: help))
    }

    // MARK: An entity

    private mutating func check(_ draft: EntityDraft, of comparison: ComparisonDraft) -> ComparisonEntity? {
        let name = draft.name.value
        for (word, help) in [
            ("left", "such as left public.\(name)"), ("right", "such as right public.\(name)"),
            ("key", "such as key id"),
        ] where draft.places[word] == nil && !draft.unread.contains(word) {
            fail(draft.name, "the entity \(name) lacks its \(word)\(word == "key" ? "" : " side")", help)
        }
        for side in [draft.left, draft.right] { checkDatabase(of: side, comparison) }
        checkNames(draft)
        checkTypes(draft)
        checkGroups(draft)
        checkCoverage(draft, of: comparison)
        let heal = checkHeal(draft)
        guard let left = draft.left?.side, let right = draft.right?.side else { return nil }
        var entity = ComparisonEntity(name: name, left: left, right: right)
        entity.key = draft.key.map(\.value)
        entity.columns = draft.columns.map(\.value)
        entity.copied = draft.copied.map(\.value)
        entity.groups = draft.groups.map(\.value)
        entity.metrics = draft.metrics.map(\.value)
        entity.coverage = draft.coverage?.value
        entity.weight = draft.weight ?? entity.weight
        entity.syncAbove = draft.syncAbove ?? entity.syncAbove
        entity.heal = heal
        return entity
    }

    private mutating func checkDatabase(of side: SideDraft?, _ comparison: ComparisonDraft) {
        guard let name = side?.database, !comparison.unread.contains("database") else { return }
        let known = comparison.databases.map(\.value)
        guard !known.contains(name.value) else { return }
        fail(
            name,
            "there is no database \(name.value)",
            Spelling.nearest(to: name.value, among: known + ["import"]).map { "did you mean \($0)?" }
                ?? "add it above all entities: database \(name.value) env:URL"
        )
    }

    /// No column is listed twice, and none of the right side stands against two; no metric is listed twice.
    private mutating func checkNames(_ draft: EntityDraft) {
        let columns = (draft.key + draft.columns + draft.copied)
            .sorted { ($0.range.line, $0.range.column) < ($1.range.line, $1.range.column) }
        var (names, rightNames): ([String: SourceRange], [String: SourceRange]) = ([:], [:])
        for column in columns {
            let (name, right) = (column.value.name, column.value.rightName)
            if let first = names[name] {
                fail(
                    column.range,
                    "the column \(name) is listed twice",
                    "the first is in line \(first.line)"
                )
            } else if let first = rightNames[right] {
                fail(
                    column.range,
                    "two columns are called \(right) on the right side",
                    "the other is in line \(first.line)"
                )
            }
            names[name] = names[name] ?? column.range
            rightNames[right] = rightNames[right] ?? column.range
        }
        var metrics: [String: SourceRange] = [:]
        for metric in draft.metrics {
            if let first = metrics.updateValue(metric.range, forKey: metric.value.name) {
                fail(
                    metric.range,
                    "the metric \(metric.value.name) is listed twice",
                    "another is in line \(first.line)"
                )
            }
        }
    }

    private mutating func checkTypes(_ draft: EntityDraft) {
        for column in draft.key {
            guard let type = column.value.type, type == .double || type == .jsonb else { continue }
            fail(column.range, "a \(type) cannot be part of a key", "two of the same need not be equal")
        }
        for column in draft.columns {
            guard column.value.within != nil, let type = column.value.type, !type.isNumber else { continue }
            fail(
                column.range,
                "'within' is for numbers, and \(column.value.name) is a \(type)",
                "make it a numeric, or delete 'within'"
            )
        }
    }

    /// Both sides can be counted only by what is read of both.
    private mutating func checkGroups(_ draft: EntityDraft) {
        let columns = (draft.key + draft.columns).map(\.value)
        for (index, group) in draft.groups.enumerated() {
            if draft.groups[..<index].contains(where: { $0.value == group.value }) {
                fail(group, "\(group.value) is named twice", "delete one")
            } else if !columns.contains(where: { $0.name == group.value }),
                draft.unread.isDisjoint(with: ["key", "columns"])
            {
                fail(
                    group,
                    "\(group.value) is not among the key and the columns of \(draft.name.value)",
                    help(for: group.value, among: columns, "add it to them: columns \(group.value)")
                )
            }
        }
    }

    /// The column that was probably meant, or else what to do.
    private func help(for name: String, among columns: [ComparedColumn], _ otherwise: String) -> String {
        if let column = columns.first(where: { $0.rightName == name }) {
            return "write \(column.name), as the left side calls it"
        }
        return Spelling.nearest(to: name, among: columns.map(\.name)).map { "did you mean \($0)?" }
            ?? otherwise
    }

    private mutating func checkCoverage(_ draft: EntityDraft, of comparison: ComparisonDraft) {
        guard let name = draft.coverage else { return }
        if name.value == draft.name.value {
            return fail(
                name,
                "\(name.value) is the entity itself",
                "name the entity whose rows each should have one"
            )
        }
        let others = comparison.entities.map(\.name.value).filter { $0 != draft.name.value }
        guard !others.contains(name.value), !comparison.unread.contains("entity") else { return }
        fail(
            name,
            "there is no entity \(name.value)",
            Spelling.nearest(to: name.value, among: others).map { "did you mean \($0)?" }
                ?? "name another entity of this file"
        )
    }

    private mutating func checkHeal(_ draft: EntityDraft) -> ComparisonHeal? {
        switch draft.heal {
        case nil: return nil
        case .copy(let deletes): return .copy(deletes: deletes)
        case .import(let name, let stream): return .import(name, stream: stream)
        case .importOfLeft(let range):
            if case .stream(let name, let stream) = draft.left?.side.place {
                return .import(name, stream: stream)
            }
            if draft.left != nil {
                fail(
                    range,
                    "the left side is no import that could be run",
                    "name one, such as heal by import shop.items"
                )
            }
            return nil
        case .fetch(let column, let hosts):
            let columns = (draft.key + draft.columns + draft.copied).map(\.value)
            if !columns.contains(where: { $0.name == column.value }),
                draft.unread.isDisjoint(with: ["key", "columns", "copies"])
            {
                fail(
                    column,
                    "\(column.value) is not among the columns of \(draft.name.value)",
                    help(for: column.value, among: columns, "add it: copies \(column.value)")
                )
            }
            return .fetch(column: column.value, hosts: hosts.map(\.value))
        }
    }
}

extension ImportType {
    fileprivate var isNumber: Bool {
        switch self {
        case .smallint, .integer, .bigint, .double, .numeric, .anyNumeric: true
        case .text, .boolean, .date, .timestamp, .timestamptz, .uuid, .jsonb: false
        }
    }
}
