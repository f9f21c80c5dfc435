/// The steps from the schema a database has to the one a binary needs.
package struct SchemaPlan: Sendable, Equatable {
    /// What is done in one transaction.
    package enum Step: Sendable, Equatable {
        case roles(SQLObject)
        case migration(Migration)
        /// Includes the roles when they were applied, for the record.
        case objects([SQLObject])
    }

    /// What to do, in this order; empty while there is a conflict, or when the database is ahead of the binary.
    package let steps: [Step]
    /// Applied migrations that come after everything this binary knows.
    package let newerMigrations: [SchemaRecord]
    /// Applied objects this binary does not have; only a migration drops them.
    package let leftoverObjects: [SchemaRecord]
    /// Why nothing may be applied, if so.
    package let conflict: SchemaError?

    package var isUpToDate: Bool { steps.isEmpty && conflict == nil }

    package init(from state: SchemaState, to definition: SchemaDefinition) {
        let records = Dictionary(state.records.map { ($0.path, $0) }) { first, _ in first }
        let known = Set((definition.migrations.map(\.path) + definition.objects.map(\.path)))
        let unknown = state.records.filter { !known.contains($0.path) }
        let latest = definition.migrations.last?.number ?? 0

        newerMigrations = unknown.filter { ($0.number ?? 0) > latest }
            .sorted { ($0.number ?? 0) < ($1.number ?? 0) }
        leftoverObjects = unknown.filter { $0.number == nil }.sorted { $0.path < $1.path }
        conflict = Self.conflict(
            between: definition,
            and: records,
            newer: newerMigrations,
            stray: unknown.filter { $0.number.map { $0 <= latest } ?? false }
        )
        steps =
            conflict == nil && newerMigrations.isEmpty
            ? Self.steps(from: state, records: records, to: definition) : []
    }

    private static func conflict(
        between definition: SchemaDefinition,
        and records: [String: SchemaRecord],
        newer: [SchemaRecord],
        stray: [SchemaRecord]
    ) -> SchemaError? {
        let breaking = newer.filter(\.isBreaking).map(\.path)
        if !breaking.isEmpty { return .schemaTooNew(breaking: breaking) }

        let changed = definition.migrations.filter { migration in
            records[migration.path].map { $0.checksum != migration.checksum } ?? false
        }
        if !changed.isEmpty { return .checksumChanged(paths: changed.map(\.path)) }

        let last = records.values.compactMap(\.number).max() ?? 0
        let skipped = definition.migrations.filter { $0.number <= last && records[$0.path] == nil }
        guard stray.isEmpty, skipped.isEmpty else {
            return .historyDiffers(applied: stray.map(\.path).sorted(), missing: skipped.map(\.path))
        }
        return nil
    }

    private static func steps(
        from state: SchemaState,
        records: [String: SchemaRecord],
        to definition: SchemaDefinition
    ) -> [Step] {
        let rolesMayAppear =
            state.mayCreateRoles && !state.existingRoles.isSuperset(of: SchemaDefinition.roles)
        let migrations = definition.migrations.filter { records[$0.path] == nil }
        let changed = definition.objects.filter { object in
            records[object.path]?.checksum != object.recordedChecksum(existingRoles: state.existingRoles)
                || object.kind == .roles && rolesMayAppear
        }
        let isDamaged = !state.deviations.isEmpty
        guard !migrations.isEmpty || !changed.isEmpty || isDamaged else { return [] }

        // What was recreated grants everyone everything, as PostgreSQL does, until the grants have run again.
        let changedPaths = Set(changed.map(\.path))
        let objects = definition.objects.filter {
            $0.kind == .grants || changedPaths.contains($0.path) || isDamaged && $0.kind != .roles
        }
        return changed.filter { $0.kind == .roles }.map(Step.roles)
            + migrations.map(Step.migration)
            + [.objects(objects)]
    }
}

extension SchemaPlan.Step: CustomStringConvertible {
    package var isRoles: Bool {
        if case .roles = self { true } else { false }
    }

    package var isObjects: Bool {
        if case .objects = self { true } else { false }
    }

    /// What an operator reads while the step runs.
    package var description: String {
        switch self {
        case .roles(let roles): roles.path
        case .migration(let migration): migration.path
        case .objects(let objects): "sql/ (\(objects.count) \(objects.count == 1 ? "object" : "objects"))"
        }
    }
}
