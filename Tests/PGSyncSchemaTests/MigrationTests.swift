import PGSyncSchema
import Testing

@Suite("Migration")
struct MigrationTests {
    @Test("reads number and name from its path and hashes its text")
    func readsThePath() throws {
        let migration = try #require(
            Migration(EmbeddedFile(path: "migrations/0012_open_batches.sql", text: "abc"))
        )
        #expect(migration.number == 12)
        #expect(migration.name == "open_batches")
        #expect(migration.checksum == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(!migration.isBreaking)
    }

    @Test(
        "is breaking only when its first line says so",
        arguments: [
            ("--! breaking\n-- Why.\n", true), ("-- Why.\n--! breaking\n", false), ("--! breakings\n", false),
            ("\n--! breaking\n", false),
        ]
    )
    func isBreaking(text: String, expected: Bool) throws {
        #expect(
            try #require(Migration(EmbeddedFile(path: "migrations/0001_a.sql", text: text))).isBreaking
                == expected
        )
    }

    @Test(
        "is not read from files of other places",
        arguments: ["sql/0001_a.sql", "migrations/x.sql", "0001_a.sql"]
    )
    func isNotReadFromElsewhere(path: String) {
        #expect(Migration(EmbeddedFile(path: path, text: "")) == nil)
    }
}
