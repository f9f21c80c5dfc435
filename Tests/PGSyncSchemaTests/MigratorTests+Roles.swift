import PGSyncSchema
import Postgres
import Subprocesses
import TestSupport
import Testing

extension MigratorTests {
    @Test("works where nobody may create roles, says what is missing, and grants once the roles are there")
    func worksWithoutRoles() async throws {
        try await OwnCluster.with { cluster in
            try await TestDatabase.with(owner: .plain, on: cluster) { database in
                var notices: [ServerNotice] = []
                _ = try await database.connect { connection in
                    try await migrator.migrate(on: connection) { event in
                        if case .notice(let notice) = event { notices.append(notice) }
                    }
                }
                let warning = try #require(notices.first { $0.isWarning })
                #expect(warning.message.hasPrefix("missing roles: pgsync_auditor, pgsync_capture"))
                #expect(warning.hint?.contains("sql/roles.sql") == true)

                let before = try await database.run(CatalogDump.query, as: database.superuser)
                #expect(try await migrate(database) == [])
                #expect(try await database.run(CatalogDump.query, as: database.superuser) == before)

                let roles = try #require(SchemaDefinition.embedded.objects.first { $0.kind == .roles })
                try await database.psql(roles.text, role: "postgres")
                #expect(try await migrate(database) == ["sql/ (1 object)"])
                let isReadable = try await database.run(
                    "select has_table_privilege('pgsync_reader', 'pgsync.migrations', 'select')"
                )
                #expect(isReadable == ["t"])
                #expect(try await migrate(database) == [])
            }
        }
    }
}
