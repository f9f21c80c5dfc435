/// The rows a statement returned, all of them, in memory.
public struct ResultSet: Sendable, RandomAccessCollection {
    let handle: ResultHandle
    public let startIndex = 0
    public let endIndex: Int

    init(_ handle: ResultHandle) {
        self.handle = handle
        endIndex = handle.rowCount
    }

    /// The names of the columns in order.
    public var columns: [String] {
        (0..<handle.columnCount).map(handle.columnName)
    }

    /// How many rows an INSERT, UPDATE, DELETE, MERGE, COPY or SELECT touched.
    public var affectedRowCount: Int {
        handle.affectedRowCount
    }

    /// What the command did, such as `INSERT 0 1`.
    public var commandTag: String {
        handle.commandTag
    }

    public subscript(position: Int) -> Row {
        precondition(indices.contains(position), "row \(position) of \(count)")
        return Row(result: handle, index: position)
    }

    /// The only row; anything but one row is an error.
    public func onlyRow() throws(PostgresError) -> Row {
        guard count == 1 else {
            throw PostgresError(.unexpectedResult, "expected one row, found \(count)")
        }
        return self[0]
    }
}
