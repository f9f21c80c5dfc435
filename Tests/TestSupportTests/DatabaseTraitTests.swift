import Concurrency
import Postgres
import TestSupport
import Testing

@Suite("Database trait", .timeLimit(.minutes(10)))
struct DatabaseTraitTests {
    private static let names = Locked<Set<String>>([])
    private static let preparations = Locked(0)

    @Test("gives each test case an empty database of its own", .database, arguments: 0..<4)
    func ownDatabase(number: Int) async throws {
        let database = TestDatabase.current
        #expect(Self.names.withLock { $0.insert(database.name).inserted })
        try await database.run("create table t ()")
        #expect(try await database.run("select current_database()") == [database.name])
        #expect(try await database.run("select count(*) from pg_class where relname = 't'") == ["1"])
    }

    private static let prepared: DatabaseTrait = .database(prepared: "trait_test") { connection in
        preparations.withLock { $0 += 1 }
        try await connection.withSession { _ = try $0.runScript("create table prepared (n integer)") }
    }

    @Test("gives copies of a template that is made once", prepared, arguments: 0..<4)
    func copies(number: Int) async throws {
        try await TestDatabase.current.run("insert into prepared values (\(number))")
        #expect(try await TestDatabase.current.run("select n from prepared") == [String(number)])
        #expect(Self.preparations.withLock { $0 } == 1)
    }

    @Test("shares one database where tests only ask", .sharedDatabase)
    func shares() async throws {
        #expect(TestDatabase.current.name == "postgres")
    }
}
