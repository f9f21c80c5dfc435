import Postgres
import TestSupport
import Testing

@Suite("Query", .sharedDatabase, .timeLimit(.minutes(10)))
struct QueryTests {
    @Test("binds what is interpolated, and writes none of it into the statement")
    func binds() async throws {
        let name = "'; drop table t; --"
        let query: Query = "select \(name), \(7), \(Int?.none), \(Parameter.inferred("2024-02-29"))::date"
        #expect(query.sql == "select $1, $2, $3, $4::date")
        try await TestDatabase.current.session { (session) throws in
            let row = try session.query(query).onlyRow()
            #expect(try row.decode(0, as: String.self) == name)
            #expect(try row.decode(1, as: Int.self) == 7)
            #expect(try row.decode(2, as: Int?.self) == nil)
            #expect(try row.decode(3, as: String.self) == "2024-02-29")
        }
    }

    @Test("numbers more than nine parameters")
    func manyParameters() async throws {
        let query: Query =
            "select \(1) + \(2) + \(3) + \(4) + \(5) + \(6) + \(7) + \(8) + \(9) + \(10) + \(11)"
        #expect(query.sql.hasSuffix("$9 + $10 + $11"))
        let sum = try await TestDatabase.current.session {
            try $0.query(query).onlyRow().decode(0, as: Int.self)
        }
        #expect(sum == 66)
    }

    @Test("carries up to 65,535 parameters and refuses more")
    func limit() async throws {
        let sql = "select cardinality(array[" + (1...65_535).map { "$\($0)" }.joined(separator: ",") + "])"
        try await TestDatabase.current.session { (session) throws in
            let full = Query(sql, Array(repeating: 1, count: 65_535))
            #expect(try session.query(full).onlyRow().decode(0, as: Int.self) == 65_535)
            let error = #expect(throws: PostgresError.self) {
                try session.query(Query(sql, Array(repeating: 1, count: 65_536)))
            }
            #expect(error?.kind == .unrepresentableParameter)
        }
    }

    @Test("with the character U+0000 in it is refused, and not cut short")
    func zero() async throws {
        try await TestDatabase.current.session { (session) throws in
            let attempts: [() throws -> Void] = [
                { _ = try session.query(Query("select 1\0; nonsense")) },
                { _ = try session.query("select 1 as \(Identifier("a\0b"))") },
                { _ = try session.runScript("select 1\0") },
                { _ = try session.copyOut("copy (select 1) to stdout\0") { _ in } },
                { _ = try session.pipeline([Query("select 1\0")]) },
            ]
            for attempt in attempts {
                let error = #expect(throws: PostgresError.self) { try attempt() }
                #expect(error?.kind == .unrepresentableParameter)
            }
        }
    }
}
