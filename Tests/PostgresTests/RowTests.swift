import Postgres
import TestSupport
import Testing

@Suite("Row", .sharedDatabase, .timeLimit(.minutes(10)))
struct RowTests {
    private func failure(_ select: Query, _ decode: @escaping @Sendable (Row) throws -> Void) async throws
        -> PostgresError
    {
        try await TestDatabase.current.session { (session) throws in
            let row = try session.query(select).onlyRow()
            return try #require(throws: PostgresError.self) { try decode(row) }
        }
    }

    @Test("names column, expectation and finding when a value does not fit, and never shows the value")
    func describesFailures() async throws {
        let secret = "hunter2"
        let error = try await failure("select \(secret) as password") {
            _ = try $0.decode("password", as: Int.self)
        }
        #expect(error.kind == .undecodableValue)
        #expect(error.column == "password")
        #expect(
            error.description
                == "column \"password\": expected a whole number that fits Int, found a value of type text"
        )
        #expect(!error.debugDescription.contains(secret))

        let large = try await failure("select 987654321 as n") { _ = try $0.decode(0, as: Int16.self) }
        #expect(
            large.description.contains("expected a whole number that fits Int16, found a value of type int4")
        )
        #expect(!large.debugDescription.contains("987654321"))
    }

    @Test("refuses null where it is not expected")
    func refusesNull() async throws {
        let error = try await failure("select null::int4 as n") { _ = try $0.decode("n", as: Int.self) }
        #expect(error.description == "column \"n\": expected a whole number that fits Int, found null")
    }

    @Test("names the columns there are when one is missing")
    func namesColumns() async throws {
        let error = try await failure("select 1 as a, 2 as b") { _ = try $0.decode("c", as: Int.self) }
        #expect(error.description == "no column \"c\" in the result, which has: a, b")
        let beyond = try await failure("select 1 as a, 2 as b") { _ = try $0.decode(2, as: Int.self) }
        #expect(beyond.description == "no column 3 in the result, which has 2")
    }

    @Test("of a result with any other number of rows is refused")
    func onlyRow() async throws {
        try await TestDatabase.current.session { (session) throws in
            for count in [0, 2] {
                let rows = try session.query("select generate_series(1, \(count))")
                #expect(rows.count == count)
                #expect(throws: PostgresError.self) { try rows.onlyRow() }
            }
        }
    }
}
