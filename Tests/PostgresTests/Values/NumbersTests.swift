import Postgres
import TestSupport
import Testing

@Suite("Numbers", .sharedDatabase, .timeLimit(.minutes(10)))
struct NumbersTests {
    @Test("of every integer type come back as they were sent, limits included")
    func integers() async throws {
        try await expectRoundTrip([Int16.min, -1, 0, 1, .max])
        try await expectRoundTrip([Int32.min, -1, 0, 1, .max])
        try await expectRoundTrip([Int64.min, -1, 0, 1, .max])
        try await expectRoundTrip([Int.min, -1, 0, 1, .max])
        try await expectRoundTrip([UInt64.min, 1, .max])
        try await expectRoundTrip([true, false])
    }

    @Test("too large for the Swift type are an error and never another number")
    func tooLarge() async throws {
        try await TestDatabase.current.session { (session) throws in
            let row = try session.query(
                "select 32768::int4, 2147483648::int8, (-1)::int4, '18446744073709551615'::xid8"
            ).onlyRow()
            #expect(throws: PostgresError.self) { try row.decode(0, as: Int16.self) }
            #expect(throws: PostgresError.self) { try row.decode(1, as: Int32.self) }
            #expect(throws: PostgresError.self) { try row.decode(2, as: UInt64.self) }
            #expect(throws: PostgresError.self) { try row.decode(3, as: Int.self) }
            #expect(try row.decode(0, as: Int.self) == 32_768)
            #expect(try row.decode(3, as: UInt64.self) == .max)
        }
    }

    @Test("with a floating point come back exactly, the infinities and NaN included")
    func floatingPoint() async throws {
        try await expectRoundTrip([
            0.0, -0.0, 0.1, 1.0 / 3, .pi, 1e15, 1e16, 123_456_789.123_456_79, .leastNonzeroMagnitude,
            .leastNormalMagnitude, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, .infinity, -.infinity,
        ])
        try await TestDatabase.current.session { (session) throws in
            let row = try session.query("select \(Double.nan), \(-0.0), \(Double.nan) = 'NaN'").onlyRow()
            #expect(try row.decode(0, as: Double.self).isNaN)
            #expect(try row.decode(1, as: Double.self).sign == .minus)
            #expect(try row.decode(2, as: Bool.self))
        }
    }

    @Test(
        "of arbitrary precision keep every digit",
        arguments: [
            "0", "0.00", "-0.10", "118.00", "1e3", "1e-30",
            "12345678901234567890123456789.000000000000000001",
            "NaN", "'Infinity'", "'-Infinity'",
        ]
    )
    func numerics(literal: String) async throws {
        let expression = literal == "NaN" ? "'NaN'::numeric" : "\(literal)::numeric"
        let value = try await read(expression, as: Numeric.self)
        let text = try await read("(\(expression))::text", as: String.self)
        #expect(value.text == text)
        #expect(value.isFinite == !["NaN", "Infinity", "-Infinity"].contains(text))
        try await expectRoundTrip([value])
    }

    @Test(
        "are not taken from text that is no decimal number",
        arguments: ["", "-", ".", "1e5", "0x1", "1 ", "١"]
    )
    func noNumerics(text: String) {
        #expect(Numeric(text) == nil)
    }
}
