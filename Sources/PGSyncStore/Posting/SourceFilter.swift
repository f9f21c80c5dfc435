package import Postgres

/// The tables whose changes are wanted; none means all.
package struct SourceFilter: Sendable, Equatable {
    package let tables: [TableReference]

    package init(_ tables: [TableReference] = []) {
        self.tables = tables
    }

    /// An array of tables, or null.
    package var parameter: Parameter {
        .inferred(tables.isEmpty ? nil : "{\(tables.map(\.argument).joined(separator: ","))}")
    }
}
