import PGSyncSchema
import Testing

@Suite("SchemaPlan")
struct SchemaPlanTests {
    private static let everyRole = Set(SchemaDefinition.roles)

    /// A schema of two migrations and one object of each kind; `changes` replaces or adds files.
    private func definition(_ changes: [String: String?] = [:]) -> SchemaDefinition {
        var files: [String: String] = [
            "migrations/0001_first.sql": "-- one",
            "migrations/0002_second.sql": "-- two",
            "sql/roles.sql": "-- roles",
            "sql/grants.sql": "-- grants",
            "sql/views/a.sql": "-- view",
            "sql/triggers/b.sql": "-- trigger",
            "sql/functions/c.sql": "-- function",
        ]
        for (path, text) in changes { files[path] = text }
        return SchemaDefinition(files.map { EmbeddedFile(path: $0.key, text: $0.value) })
    }

    /// What a database remembers after all of a definition was applied.
    private func state(
        after definition: SchemaDefinition,
        roles: Set<String> = everyRole,
        mayCreateRoles: Bool = false
    ) -> SchemaState {
        SchemaState(
            records: definition.migrations.map {
                SchemaRecord(
                    path: $0.path,
                    number: $0.number,
                    checksum: $0.checksum,
                    isBreaking: $0.isBreaking
                )
            }
                + definition.objects.map {
                    SchemaRecord(
                        path: $0.path,
                        number: nil,
                        checksum: $0.recordedChecksum(existingRoles: roles)
                    )
                },
            existingRoles: roles,
            mayCreateRoles: mayCreateRoles
        )
    }

    private func names(_ plan: SchemaPlan) -> [String] {
        plan.steps.flatMap { step in
            switch step {
            case .roles(let roles): [roles.path]
            case .migration(let migration): [migration.path]
            case .objects(let objects): ["["] + objects.map(\.name) + ["]"]
            }
        }
    }

    @Test("applies roles, migrations and then the objects by kind to an empty database")
    func appliesEverything() {
        #expect(
            names(SchemaPlan(from: .empty, to: definition())) == [
                "sql/roles.sql", "migrations/0001_first.sql", "migrations/0002_second.sql",
                "[", "roles", "c", "b", "a", "grants", "]",
            ]
        )
    }

    @Test("has nothing to do when everything is recorded")
    func hasNothingToDo() {
        let plan = SchemaPlan(from: state(after: definition()), to: definition())
        #expect(plan.steps == [])
        #expect(plan.isUpToDate)
    }

    @Test("applies only what is missing, and the grants after it")
    func appliesWhatIsMissing() {
        let before = state(after: definition())
        #expect(
            names(SchemaPlan(from: before, to: definition(["migrations/0003_third.sql": "-- three"]))) == [
                "migrations/0003_third.sql", "[", "grants", "]",
            ]
        )
        #expect(
            names(SchemaPlan(from: before, to: definition(["sql/views/a.sql": "-- other"]))) == [
                "[", "a", "grants", "]",
            ]
        )
        #expect(
            names(SchemaPlan(from: before, to: definition(["sql/grants.sql": "-- other"]))) == [
                "[", "grants", "]",
            ]
        )
    }

    @Test("applies the grants again when a role appears or goes")
    func appliesGrantsAgain() {
        var state = state(after: definition(), roles: [])
        state.existingRoles = ["pgsync_reader"]
        #expect(names(SchemaPlan(from: state, to: definition())) == ["[", "grants", "]"])
        state = self.state(after: definition())
        state.existingRoles.remove("pgsync_reader")
        #expect(names(SchemaPlan(from: state, to: definition())) == ["[", "grants", "]"])
    }

    @Test("applies the roles again when they are missing and may be created")
    func appliesRolesAgain() {
        let without = state(after: definition(), roles: ["pgsync_owner"])
        #expect(SchemaPlan(from: without, to: definition()).isUpToDate)
        let with = state(after: definition(), roles: ["pgsync_owner"], mayCreateRoles: true)
        #expect(
            names(SchemaPlan(from: with, to: definition())) == ["sql/roles.sql", "[", "roles", "grants", "]"]
        )
    }

    @Test("makes every object again when something has come undone, and the roles where it may")
    func restores() {
        var state = state(after: definition())
        state.deviations = [SchemaDeviation(finding: "right_missing", found: "a right is missing")]
        let plan = SchemaPlan(from: state, to: definition())
        #expect(names(plan) == ["[", "c", "b", "a", "grants", "]"])
        #expect(!plan.isUpToDate)
        state.existingRoles = []
        state.mayCreateRoles = true
        #expect(
            names(SchemaPlan(from: state, to: definition())) == [
                "sql/roles.sql", "[", "roles", "c", "b", "a", "grants", "]",
            ]
        )
    }

    @Test("tells what has come undone in one sentence")
    func sentence() {
        let deviations = ["a", "b", "c"].map { SchemaDeviation(finding: "right_missing", found: $0) }
        let other = SchemaDeviation(finding: "wrong_owner", found: "d")
        #expect(SchemaDeviation.sentence(deviations + [other]) == "a, and 2 more like it; d")
    }

    @Test("refuses an applied migration whose text changed")
    func refusesChangedMigrations() {
        let plan = SchemaPlan(
            from: state(after: definition()),
            to: definition(["migrations/0002_second.sql": "-- edited", "sql/views/a.sql": "-- other"])
        )
        #expect(plan.conflict == .checksumChanged(paths: ["migrations/0002_second.sql"]))
        #expect(plan.steps == [])
        #expect(!plan.isUpToDate)
    }

    @Test("stops at a newer breaking migration and changes nothing under a newer harmless one")
    func respectsNewerMigrations() {
        let harmless = definition(["migrations/0003_third.sql": "-- three", "sql/views/a.sql": "-- newer"])
        let plan = SchemaPlan(from: state(after: harmless), to: definition())
        #expect(plan.steps == [])
        #expect(plan.conflict == nil)
        #expect(plan.newerMigrations.map(\.path) == ["migrations/0003_third.sql"])

        let breaking = definition(["migrations/0003_third.sql": "--! breaking\n-- three"])
        #expect(
            SchemaPlan(from: state(after: breaking), to: definition()).conflict
                == .schemaTooNew(breaking: ["migrations/0003_third.sql"])
        )
    }

    @Test("refuses a database whose migrations took another course")
    func refusesAnotherCourse() {
        var renamed = state(
            after: definition(["migrations/0002_second.sql": nil, "migrations/0002_other.sql": ""])
        )
        #expect(
            SchemaPlan(from: renamed, to: definition()).conflict
                == .historyDiffers(
                    applied: ["migrations/0002_other.sql"],
                    missing: ["migrations/0002_second.sql"]
                )
        )
        renamed = state(after: definition())
        renamed.records.removeAll { $0.number == 1 }
        #expect(
            SchemaPlan(from: renamed, to: definition()).conflict
                == .historyDiffers(applied: [], missing: ["migrations/0001_first.sql"])
        )
    }

    @Test("reports objects that only the database has, and leaves them alone")
    func reportsLeftovers() {
        let plan = SchemaPlan(from: state(after: definition()), to: definition(["sql/views/a.sql": nil]))
        #expect(plan.leftoverObjects.map(\.path) == ["sql/views/a.sql"])
        #expect(plan.isUpToDate)
    }
}
