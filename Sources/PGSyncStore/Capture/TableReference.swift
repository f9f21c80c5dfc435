/// A table that exists, under the name somebody gave for it.
package struct TableReference: Sendable, Equatable {
    /// Its number in the catalog.
    package let id: Int64
    /// Its name with the schema, quoted where needed.
    package let name: String

    /// The number as text, which the server takes for a table.
    var argument: String { String(id) }
}
