/// Where a database stands, seen from a binary.
package struct SchemaStatus: Sendable, Equatable {
    package let facts: DatabaseFacts
    /// What has been applied, oldest first.
    package let records: [SchemaRecord]
    package let plan: SchemaPlan

    package init(facts: DatabaseFacts, records: [SchemaRecord], definition: SchemaDefinition) {
        self.facts = facts
        self.records = records
        plan = SchemaPlan(
            from: SchemaState(
                records: records,
                existingRoles: facts.existingRoles,
                mayCreateRoles: facts.mayCreateRoles
            ),
            to: definition
        )
    }

    /// Throws unless programs of this binary may work on the database.
    ///
    /// Roles and grants do not count: without them a program works, or is told what it may not do.
    package func requireUsable() throws {
        if let conflict = plan.conflict { throw conflict }
        let missing = plan.steps.flatMap { step -> [String] in
            switch step {
            case .roles: []
            case .migration(let migration): [migration.path]
            case .objects(let objects): objects.filter { $0.kind != .roles && $0.kind != .grants }.map(\.path)
            }
        }
        if !missing.isEmpty { throw SchemaError.schemaTooOld(missing: missing) }
    }
}
