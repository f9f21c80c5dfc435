package import JSON

extension ImportStream {
    /// The same, with columns that the table has by now and fields of the same names.
    package func taking(_ columns: [(name: String, type: String)]) -> ImportStream {
        var stream = self
        for column in columns {
            guard let type = ImportType.words.first(where: { $0.type.sql == column.type })?.type,
                self.column(column.name) == nil, !known.contains(column.name), !marks(column.name)
            else { continue }
            stream.columns.append(
                ImportColumn(name: column.name, type: type, path: JSONPath(field: column.name))
            )
        }
        return stream
    }

    /// The fields of rows that no column takes, each with the type of a column for it.
    package func newFields(in rows: [JSONValue]) -> [(name: String, type: String)] {
        var fields: [(name: String, type: String)] = []
        for case .object(let row) in rows {
            for (name, value) in row where !known.contains(name) && !marks(name) {
                guard let type = value.columnType, name.utf8.count <= 63, !name.isEmpty,
                    !fields.contains(where: { $0.name == name })
                else { continue }
                fields.append((name, type))
            }
        }
        return fields
    }

    private func marks(_ name: String) -> Bool {
        if case .mark(let column)? = deletes?.action { column == name } else { false }
    }
}

extension JSONValue {
    /// What a column needs to take it; nil for null, which says nothing.
    fileprivate var columnType: String? {
        switch self {
        case .null: nil
        case .string: "text"
        case .number: "numeric"
        case .bool: "boolean"
        case .array, .object: "jsonb"
        }
    }
}
