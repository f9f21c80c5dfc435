/// What decides, on the side of the database, which steps are left to take.
package struct SchemaState: Sendable, Equatable {
    package var records: [SchemaRecord]
    /// Those of `SchemaDefinition.roles` that exist.
    package var existingRoles: Set<String>
    package var mayCreateRoles: Bool
    /// What is not as the last migration left it.
    package var deviations: [SchemaDeviation]

    package init(
        records: [SchemaRecord],
        existingRoles: Set<String>,
        mayCreateRoles: Bool,
        deviations: [SchemaDeviation] = []
    ) {
        self.records = records
        self.existingRoles = existingRoles
        self.mayCreateRoles = mayCreateRoles
        self.deviations = deviations
    }

    /// A database that has never seen pgsync.
    package static let empty = SchemaState(records: [], existingRoles: [], mayCreateRoles: true)
}
