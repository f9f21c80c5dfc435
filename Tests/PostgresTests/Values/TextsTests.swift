import Postgres
import TestSupport
import Testing

@Suite("Texts", .sharedDatabase, .timeLimit(.minutes(10)))
struct TextsTests {
    @Test("come back as they were sent, whatever they contain")
    func texts() async throws {
        try await expectRoundTrip([
            "", " ", "NULL", "null", "{}", "{a,b}", ",", "\"", "\\", "\\\"", "'", "$1", "a\nb\tc\r", "\u{1}",
            "e\u{301}", "🐘", "\u{10FFFF}", String(repeating: "x", count: 100_000),
        ])
        try await expectRoundTrip([JSONText("{}"), JSONText(#"{"a": [1, "\"", null]}"#), JSONText("null")])
    }

    @Test("with the character U+0000 are refused, by parameter")
    func zero() async throws {
        try await TestDatabase.current.session { (session) throws in
            let attempts: [() throws -> Void] = [
                { _ = try session.query("select \(1), \("a\0b")") },
                { _ = try session.query(.prepared("select \(1), \("a\0b")")) },
                { _ = try session.query("select \(1), \(["a\0b"])") },
                { _ = try session.pipeline(["select \(1), \("a\0b")"]) },
            ]
            for attempt in attempts {
                let error = #expect(throws: PostgresError.self) { try attempt() }
                #expect(error?.kind == .unrepresentableParameter)
                #expect(error?.message.hasPrefix("parameter $2 contains U+0000") == true)
            }
            #expect(try session.query("select 1").onlyRow().decode(0, as: Int.self) == 1)
        }
    }

    @Test("of any type can be read, as PostgreSQL shows them")
    func anyType() async throws {
        #expect(try await read("interval '1 day'") == "1 day")
        #expect(try await read("'pg_class'::regclass") == "pg_class")
        #expect(try await read("array[1, 2]") == "{1,2}")
    }

    @Test("of bytes come back as they were sent, in both forms of output", arguments: ["hex", "escape"])
    func bytes(output: String) async throws {
        let samples: [[UInt8]] = [
            [], [0], [0x5C], [0x5C, 0x78], [0x27, 0x22, 0x2C, 0x7B], Array(0...255), [0xFF, 0xFE, 0x80],
            Array(repeating: 0, count: 70_000),
        ]
        try await TestDatabase.current.session { (session) throws in
            try session.runScript("set bytea_output to \(output)")
            for bytes in samples.map(ByteString.init) {
                let row = try session.query("select \(bytes), \([bytes]), length(\(bytes))").onlyRow()
                #expect(try row.decode(0, as: ByteString.self) == bytes)
                #expect(try row.decode(1, as: [ByteString].self) == [bytes])
                #expect(try row.decode(2, as: Int.self) == bytes.bytes.count)
            }
        }
    }

    @Test("of uuids are canonical, and no other text is one")
    func uuids() async throws {
        let id = try #require(UniqueID("A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"))
        #expect(id.text == "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")
        try await expectRoundTrip([id])
        for text in [
            "", "a0eebc999c0b4ef8bb6d6bb9bd380a11", "g0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1", "a0eebc9-99c0b-4ef8-bb6d-6bb9bd380a11",
        ] {
            #expect(UniqueID(text) == nil)
        }
    }
}
