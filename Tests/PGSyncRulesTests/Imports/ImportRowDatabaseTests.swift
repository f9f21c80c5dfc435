import JSON
import Postgres
import TestSupport
import Testing

@testable import PGSyncRules

@Suite("Rows of imports in the database", .ruleDatabase, .timeLimit(.minutes(10)))
struct ImportRowDatabaseTests {
    /// Values at the edges of types, and what only looks like one.
    private static let values = [
        "0", "-0", "1", "-1", "1.0", "0.10", "1.005", "1.500", "1e2", "1E+2", "1e-2", "123456789012", "99.99",
        "99.995", "100", "32767", "32768", "-32768", "-32769", "2147483647", "2147483648",
        "9223372036854775807",
        "9223372036854775808", "-9223372036854775808", "1e131071", "1e131072", "9.9e131071", "12e131071",
        "1e-16383",
        "1e-16384", "1.5e-16382", "1.5e-16383", "0e-16383", "0e-16384", "0e500000", "1.7976931348623157e308",
        "1.8e308", "4.9e-324", "2e-324", "1e-400", "0.000", "true", "false", "[]", "{}", #"{"a": 1e131072}"#,
        #"["\u0000"]"#, #""""#, #"" ""#, #""a""#, #""a\u0000""#, #""é\u0301🙂""#, #""007""#, #""-5""#,
        #""1e5""#,
        #""true""#, #""TRUE""#, #""NaN""#, #""Infinity""#, #""infinity""#, #""0x1F""#, #""1_000""#,
        #""2024-02-29""#,
        #""2023-02-29""#, #""0000-01-01""#, #""0001-01-01""#, #""9999-12-31""#, #""2024-01-31T18:30:00Z""#,
        #""2024-01-31t18:30:00z""#, #""2024-01-31 18:30:00.123456+05:30""#, #""2024-01-31T18:30-0330""#,
        #""2024-01-31T18:30:00.1234567+15:59""#, #""2024-01-31T18:30:00+16:00""#,
        #""2024-01-31T18:30:00-05""#,
        #""2024-01-31T18:30:00""#, #""2024-01-31T18:30:00.9999999""#, #""2024-01-31T24:00:00""#,
        #""0001-01-01T00:00:00+15:59""#, #""9999-12-31T23:59:59.999999-15:59""#,
        #""9999-12-31T23:59:59.9999999Z""#,
        #""now""#, #""today""#, #""2024-01-31T18:30:60Z""#, #""A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11""#,
        #""a0eebc999c0b4ef8bb6d6bb9bd380a11""#, #""{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}""#,
    ]

    @Test(
        "are taken as they were read, whatever was read",
        arguments: [
            "bigint", "integer", "smallint", "text", "boolean", "numeric", "numeric(5,2)", "numeric(3,3)",
            "double",
            "date", "timestamp", "timestamptz", "uuid", "jsonb",
        ]
    )
    func taken(type: String) async throws {
        let stream = try ImportSample.stream("column id bigint", "column value \(type)")
        let sql = try #require(stream.column("value")?.type.sql)
        var (taken, refused) = (0, 0)
        let database = TestDatabase.current
        let name = type.filter { $0.isLetter || $0.isNumber }
        try await database.run("create table public.read_\(name) (id bigint primary key, value \(sql))")
        for json in Self.values {
            let row = try JSONValue(parsing: #"{"id": 1, "value": \#(json)}"#)
            guard case .success(let image) = stream.read(row: row) else {
                refused += 1
                continue
            }
            taken += 1
            let value = try #require(image.image["value"]).text()
            let kept = try await database.value(
                """
                set time zone 'UTC';
                select case
                    when row.value is null then 'null'
                    -- The nearest double is what it becomes.
                    when '\(type)' = 'double'
                        then ((image ->> 'value')::double precision = row.value::text::double precision)::text
                    when jsonb_typeof(image -> 'value') in ('number', 'boolean') or '\(type)' = 'jsonb'
                        then (to_jsonb(row.value) = image -> 'value')::text
                    else row.value::text
                end
                from (select \(SQLText.literal(JSONValue.object(image.image).text()))::jsonb as image) as given,
                    jsonb_populate_record(null::public.read_\(name), given.image) as row
                """
            )
            #expect(
                Self.agrees(kept, value, type),
                "\(type) \(json.prefix(50)): \(kept?.prefix(50) ?? "nil")"
            )
        }
        #expect(taken > 0 && refused > 0, "\(taken) taken, \(refused) refused")
    }

    /// Whether what the table keeps is what the image said: numbers and documents equal, the rest by their texts.
    private static func agrees(_ kept: String?, _ value: String, _ type: String) -> Bool {
        guard let kept, value.first == "\"", type != "jsonb" else { return kept == "true" }
        let text = (try? JSONValue(parsing: value))?.string ?? ""
        switch type {
        // The distance from UTC is worked out; the digits of seconds and days elsewhere are as they were.
        case "timestamptz": return kept.hasSuffix("+00") || kept.hasSuffix("+00 BC")
        case "timestamp": return kept == text.replacing("T", with: " ")
        default: return kept == text
        }
    }
}
