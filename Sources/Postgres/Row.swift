/// One row of a result.
public struct Row: Sendable {
    let result: ResultHandle
    let index: Int

    /// Reads a column by its name.
    public func decode<Value: PostgresDecodable>(
        _ column: String,
        as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        guard let position = result.column(named: column) else {
            let known = (0..<result.columnCount).map(result.columnName).joined(separator: ", ")
            throw PostgresError(
                .undecodableValue,
                "no column \"\(column)\" in the result, which has: \(known)"
            )
        }
        return try decode(position, as: type)
    }

    /// Reads a column by its place, counted from zero.
    public func decode<Value: PostgresDecodable>(
        _ position: Int,
        as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        let columnCount = result.columnCount
        guard position >= 0, position < columnCount else {
            throw PostgresError(
                .undecodableValue,
                "no column \(position + 1) in the result, which has \(columnCount)"
            )
        }
        let found = result.columnType(position)
        var isNull = false
        let value = result.withField(row: index, column: position) { text -> Value? in
            guard let text else {
                isNull = true
                return Value.decodedNull
            }
            return Value.decode(text, type: found)
        }
        if let value { return value }
        let what = isNull ? "null" : "a value of type \(found)"
        let name = result.columnName(position)
        var error = PostgresError(
            .undecodableValue,
            "column \"\(name)\": expected \(Value.expectation), found \(what)"
        )
        error.column = name
        throw error
    }
}
