import PGSyncSchema
import Testing

@Suite("SchemaDefinition")
struct SchemaDefinitionTests {
    @Test("carries every migration, numbered without a gap")
    func carriesMigrations() {
        let migrations = SchemaDefinition.embedded.migrations
        #expect(migrations.map(\.number) == Array(1...migrations.count))
        #expect(migrations.first?.path == "migrations/0001_schemas.sql")
        #expect(migrations.first?.name == "schemas")
    }

    @Test("carries roles first, grants last, and no script meant for people")
    func carriesObjects() {
        let objects = SchemaDefinition.embedded.objects
        #expect(objects.first?.kind == .roles)
        #expect(objects.last?.kind == .grants)
        for folder in ["sql/admin/", "sql/examples/"] {
            #expect(EmbeddedSQL.files.allSatisfy { !$0.path.hasPrefix(folder) })
        }
        #expect(EmbeddedSQL.files.count == objects.count + SchemaDefinition.embedded.migrations.count)
    }

    @Test("names the roles that the roles file makes")
    func namesTheRoles() throws {
        let text = try #require(SchemaDefinition.embedded.objects.first).text
        let named = Set(
            text.split { !($0.isLetter || $0 == "_") }.filter { $0.hasPrefix("pgsync_") }.map(String.init)
        )
        #expect(named == Set(SchemaDefinition.roles))
    }
}
