/// Where a database stands, seen from a binary.
package struct SchemaStatus: Sendable, Equatable {
    package let facts: DatabaseFacts
    /// What has been applied, oldest first.
    package let records: [SchemaRecord]
    /// What is not as the last migration left it, where someone asked for that.
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

/// Something of the schema that is not as the last migration left it.
package struct SchemaDeviation: Sendable, Equatable {
    /// What kind it is of, such as `right_missing`.
    package let finding: String
    /// Which object, and how it differs.
    package let found: String

    package init(finding: String, found: String) {
        self.finding = finding
        self.found = found
    }

    /// All of them in one sentence: an example of each kind, and how many more there are.
    package static func sentence(_ deviations: [SchemaDeviation]) -> String {
        var kinds: [(finding: String, first: String, count: Int)] = []
        for deviation in deviations {
            if let index = kinds.firstIndex(where: { $0.finding == deviation.finding }) {
                kinds[index].count += 1
            } else {
                kinds.append((deviation.finding, deviation.found, 1))
            }
        }
        return kinds.map { $0.count == 1 ? $0.first : "\($0.first), and \($0.count - 1) more like it" }
            .joined(separator: "; ")
    }
}
