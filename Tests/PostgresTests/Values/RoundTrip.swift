import Postgres
import TestSupport
import Testing

/// Sends values and reads them back, alone, as null and as an array.
func expectRoundTrip<Value: PostgresArrayElement & Equatable>(_ values: [Value]) async throws {
    try await TestDatabase.current.session { (session) throws in
        for value in values {
            let row = try session.query("select \(value), \(Value?.none), \([value, nil])").onlyRow()
            #expect(try row.decode(0, as: Value.self) == value)
            #expect(try row.decode(0, as: Value?.self) == value)
            #expect(try row.decode(1, as: Value?.self) == nil)
            #expect(try row.decode(2, as: [Value?].self) == [value, nil])
        }
        #expect(try session.query("select \(values)").onlyRow().decode(0, as: [Value].self) == values)
        #expect(try session.query("select \([Value]())").onlyRow().decode(0, as: [Value].self) == [])
    }
}

/// Reads the server's own value of a literal.
func read<Value: PostgresDecodable>(_ expression: String, as type: Value.Type = Value.self) async throws
    -> Value
{
    try await TestDatabase.current.session { (session) throws in
        try session.query(Query("select " + expression)).onlyRow().decode(0, as: type)
    }
}
