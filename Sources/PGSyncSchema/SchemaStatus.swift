/// Where a database stands, seen from a binary.
package struct SchemaStatus: Sendable, Equatable {
    package let facts: DatabaseFacts
    /// What has been applied, oldest first.
    package let records: [SchemaRecord]
    /// What is not as the last migration left it, where somebody asked for that.
    package let deviations: [SchemaDeviation]
    package let plan: SchemaPlan
    /// Whether something is left to do beside restoring what deviates.
    package let isBehind: Bool

    package init(
        facts: DatabaseFacts,
        records: [SchemaRecord],
        deviations: [SchemaDeviation] = [],
        definition: SchemaDefinition
    ) {
        self.facts = facts
        self.records = records
        self.deviations = deviations
        var state = SchemaState(
            records: records,
            existingRoles: facts.existingRoles,
            mayCreateRoles: facts.mayCreateRoles
        )
        isBehind = !SchemaPlan(from: state, to: definition).steps.isEmpty
        state.deviations = deviations
        plan = SchemaPlan(from: state, to: definition)
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
