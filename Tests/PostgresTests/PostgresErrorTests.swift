import Postgres
import TestSupport
import Testing

@Suite("PostgresError", .sharedDatabase, .timeLimit(.minutes(10)))
struct PostgresErrorTests {
    private func failure(_ statement: Query) async throws -> PostgresError {
        try await TestDatabase.current.session { (session) throws in
            try session.runScript(
                "create temporary table t (id integer primary key, secret text check (secret <> 'hunter2'))"
            )
            try session.execute("insert into t values (1, 'tiger')")
            return try #require(throws: PostgresError.self) { try session.query(statement) }
        }
    }

    @Test("carries all that the server reports")
    func carriesAll() async throws {
        let error = try await failure("insert into t values (1, 'b')")
        #expect(error.kind == .server)
        #expect(error.sqlState == .uniqueViolation)
        #expect(error.message == "duplicate key value violates unique constraint \"t_pkey\"")
        #expect(error.detail == "Key (id)=(1) already exists.")
        #expect(error.schema?.hasPrefix("pg_temp") == true)
        #expect((error.table, error.constraint) == ("t", "t_pkey"))
        #expect(!error.isConnectionLost && !error.isRetryable)

        let typo = try await failure("select 1 fromm t where")
        #expect(typo.position != nil)
        let missing = try await failure("select lenght('x')")
        #expect(missing.sqlState == .undefinedFunction)
        #expect(missing.hint?.isEmpty == false)
    }

    @Test(
        "shows no row data in its description, but in its debug description",
        arguments: [
            "insert into t values (2, 'hunter2')", "select 'hunter2'::integer", "select '{hunter2'::jsonb",
            "do $$ begin raise exception 'it is hunter2'; end $$",
            "do $$ begin raise exception 'it' using detail = 'hunter2', hint = 'hunter2'; end $$",
        ] as [Query]
    )
    func showsNoData(statement: Query) async throws {
        let error = try await failure(statement)
        #expect(!error.description.contains("hunter2"))
        #expect(!"\(error)".contains("hunter2"))
        #expect(error.debugDescription.contains("hunter2"))
        #expect(error.description.contains(try #require(error.sqlState).code))
    }
}
