import Testing

@Suite("Import statement")
struct ImportStatementTests {
    @Test(
        "is found in every form",
        arguments: [
            "import Postgres", "  import Postgres  // why", "public import Postgres",
            "@testable import Postgres",
            "@_spi(Tests) @preconcurrency package import Postgres", "import struct Postgres.Row",
            "internal import func Postgres.Connection.open", "import Postgres.Row",
            "import Glibc; import Postgres",
            "import\tPostgres", "import `Postgres`",
        ]
    )
    func isFound(_ line: String) {
        let found = ImportStatement.all(in: ["let a = 1", line[...]])
        #expect(found.last == ImportStatement(module: "Postgres", line: 2))
    }

    @Test(
        "is not seen in other text",
        arguments: [
            "// import Postgres", "/// import Postgres", "let important = Postgres()", "reimport Postgres",
            "import shop version 1",
        ]
    )
    func isNotSeen(_ line: String) {
        #expect(ImportStatement.all(in: [line[...]]).isEmpty)
    }
}
