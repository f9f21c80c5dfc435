import Postgres
import TestSupport
import Testing

@Suite("Identifier", .sharedDatabase, .timeLimit(.minutes(10)))
struct IdentifierTests {
    @Test(
        "stands for exactly the name it was given",
        arguments: [
            "orders", "Orders", "select", "a b", "a\"b", "\"", "\"\"", "a.b", "a'b", "a\\b", "a;b--", "$1",
            "тест", "🐘",
        ]
    )
    func quotes(name: String) async throws {
        try await TestDatabase.current.session { (session) throws in
            // Never committed, so the database may be everybody's.
            try session.runScript("begin")
            try session.execute("create schema \(Identifier(name))")
            try session.execute("create table \(Identifier(name, name)) (\(Identifier(name)) integer)")
            let found = try session.query(
                """
                select count(*) from information_schema.columns
                where table_schema = \(name) and table_name = \(name) and column_name = \(name)
                """
            )
            #expect(try found.onlyRow().decode(0, as: Int.self) == 1)
            let row = try session.query("select 1 as \(Identifier(name))").onlyRow()
            #expect(try row.decode(name, as: Int.self) == 1)
        }
    }
}
