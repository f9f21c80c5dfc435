/// What decides, on the side of the database, which steps are left to take.
package struct SchemaState: Sendable, Equatable {
    package var records: [SchemaRecord]
    /// Those of `SchemaDefinition.roles` that exist.
    package var existingRoles: Set<String>
    package var mayCreateRoles: Bool

    package init(records: [SchemaRecord], existingRoles: Set<String>, mayCreateRoles: Bool) {
        self.records = records
        self.existingRoles = existingRoles
        self.mayCreateRoles = mayCreateRoles
    }

    /// A database that has never seen pgsync.
    package static let empty = SchemaState(records: [], existingRoles: [], mayCreateRoles: true)
}
