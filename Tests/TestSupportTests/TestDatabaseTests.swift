import Postgres
import Subprocesses
import TestSupport
import Testing

@Suite("Test database", .timeLimit(.minutes(10)))
struct TestDatabaseTests {
    @Test(
        "goes with its owner and its connections, however the test ends",
        arguments: TestDatabase.Owner.allCases
    )
    func goes(owner: TestDatabase.Owner) async throws {
        struct Failure: Error {}
        var gone: TestDatabase?
        var left: PostgresConnection?
        await #expect(throws: Failure.self) {
            try await TestDatabase.with(owner: owner) { database in
                gone = database
                left = try await PostgresConnection.open(database.options)
                #expect(try await database.run("select current_user") == [database.owner])
                throw Failure()
            }
        }
        let database = try #require(gone)
        let remains = """
            select datname::text from pg_database where datname = '\(database.name)'
            union all select rolname from pg_roles where rolname = 'owner_of_\(database.name)'
            """
        #expect(try await database.run(remains, as: database.superuser.with("dbname", "postgres")) == [])
        await left?.close()
    }

    @Test("is open to psql, whose failures are thrown")
    func psql() async throws {
        try await TestDatabase.with { database in
            let output = try await database.psql("\\echo :DBNAME\nselect 1;")
            #expect(output.standardOutput.text == "\(database.name)\n1\n")
            await #expect(throws: SubprocessError.self) { try await database.psql("select 1 / 0; select 2;") }
        }
    }
}
