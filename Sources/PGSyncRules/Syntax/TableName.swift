/// A table with its schema, each as it is stored.
package struct TableName: Sendable, Hashable, CustomStringConvertible {
    package let schema: String
    package let name: String

    package init(schema: String, name: String) {
        self.schema = schema
        self.name = name
    }

    /// As rules and messages write it, such as `public.bills`.
    package var description: String { "\(schema).\(name)" }
}
