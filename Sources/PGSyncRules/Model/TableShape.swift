/// The columns of a table.
package struct TableShape: Sendable, Hashable {
    package var columns: [String: ColumnType]

    package init(columns: [String: ColumnType]) {
        self.columns = columns
    }
}
