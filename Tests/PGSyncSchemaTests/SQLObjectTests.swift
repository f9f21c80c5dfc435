import PGSyncSchema
import Testing

@Suite("SQLObject")
struct SQLObjectTests {
    @Test(
        "reads its kind and name from its path",
        arguments: [
            ("sql/roles.sql", SQLObject.Kind.roles, "roles"), ("sql/functions/a.sql", .function, "a"),
            ("sql/triggers/a.sql", .trigger, "a"), ("sql/views/a.sql", .view, "a"),
            ("sql/grants.sql", .grants, "grants"),
        ]
    )
    func readsThePath(path: String, kind: SQLObject.Kind, name: String) throws {
        let object = try #require(SQLObject(EmbeddedFile(path: path, text: "")))
        #expect(object.kind == kind)
        #expect(object.name == name)
    }

    @Test("is on record by its kind and name, wherever its file lies")
    func isFiledAnywhere() throws {
        let file = EmbeddedFile(path: "sql/functions/capture/readers/a.sql", text: "")
        let object = try #require(SQLObject(file))
        #expect(object.path == "sql/functions/a.sql")
        #expect(object.name == "a")
    }

    @Test("lets the roles there are into the record of the grants alone")
    func recordsRoles() throws {
        let grants = try #require(SQLObject(EmbeddedFile(path: "sql/grants.sql", text: "x")))
        let view = try #require(SQLObject(EmbeddedFile(path: "sql/views/x.sql", text: "x")))
        #expect(
            grants.recordedChecksum(existingRoles: [])
                != grants.recordedChecksum(existingRoles: ["pgsync_reader"])
        )
        #expect(view.recordedChecksum(existingRoles: ["pgsync_reader"]) == view.checksum)
    }
}
