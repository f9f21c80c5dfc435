import JSON
import Testing

@testable import PGSyncRules

@Suite("Rows of imports")
struct ImportRowTests {
    @Test("become images: all columns in their order, the key as texts, and what is unknown")
    func rows() throws {
        let stream = try ImportSample.stream(
            "column name text from 'profile.name' required",
            "column id bigint",
            "column first text from 'tags.0'",
            "column price numeric(12,2)",
            "column at timestamptz from seconds 'created'",
            key: "(id, name)"
        )
        let row: JSONValue = [
            "surplus": 1, "created": 1_700_000_000, "id": "0042", "profile": ["name": "A", "age": 7],
            "tags": ["x", "y"], "e": [],
        ]
        let image = try stream.read(row: row).get()
        #expect(
            JSONValue.object(image.image).text()
                == #"{"name":"A","id":42,"first":"x","price":null,"at":"2023-11-14T22:13:20Z"}"#
        )
        #expect(image.key == ["42", "A"])
        #expect(image.unknown == ["surplus", "e"])
    }

    @Test(
        "are refused without what they must have, and where they are no objects",
        arguments: [
            (#"{"id": 1}"#, "data.missing", "name"), (#"{"id": null, "name": "A"}"#, "data.missing", "id"),
            (#"{"id": 1, "name": null}"#, "data.missing", "name"), ("[1]", "data.shape", nil),
            ("null", "data.shape", nil), ("\"x\"", "data.shape", nil),
        ]
    )
    func refused(json: String, errorClass: String, column: String?) throws {
        let stream = try ImportSample.stream("column id bigint", "column name text required")
        guard case .failure(let fault) = stream.read(row: try JSONValue(parsing: json)) else {
            return #expect(Bool(false), "it was read")
        }
        #expect(fault.errorClass.rawValue == errorClass && fault.column == column, "\(fault)")
    }

    @Test(
        "numbers are exact, and nothing that only looks like one",
        arguments: [
            ("bigint", "9223372036854775807", "9223372036854775807"), ("bigint", "\"-007\"", "-7"),
            ("bigint", "9223372036854775808", "data.range"),
            ("bigint", "-9223372036854775808", "-9223372036854775808"),
            ("bigint", "1.0", "data.type"), ("bigint", "1e2", "data.type"), ("bigint", "\"\"", "data.type"),
            ("bigint", "\" 1\"", "data.type"), ("bigint", "\"+1\"", "data.type"),
            ("bigint", "\"-\"", "data.type"),
            ("bigint", "\"٣\"", "data.type"), ("bigint", "true", "data.type"), ("bigint", "[1]", "data.type"),
            ("integer", "2147483647", "2147483647"), ("integer", "2147483648", "data.range"),
            ("smallint", "-32768", "-32768"), ("smallint", "32768", "data.range"), ("bigint", "null", "null"),
            ("numeric", "0.10", "0.10"), ("numeric", "\"1e400\"", "1e400"),
            ("numeric", "\"NaN\"", "data.type"),
            ("numeric", "\"1,5\"", "data.type"), ("numeric", "1e131072", "data.range"),
            ("numeric", "1e131071", "1e131071"),
            ("numeric", "1e-16384", "data.range"), ("numeric", "1e-16383", "1e-16383"),
            ("numeric", "0e99999999999999999999", "data.range"), ("numeric", "true", "data.type"),
            ("numeric(12,2)", "9999999999.99", "9999999999.99"),
            ("numeric(12,2)", "10000000000", "data.range"),
            ("numeric(12,2)", "1.005", "data.range"), ("numeric(12,2)", "1.500", "1.500"),
            ("numeric(12,2)", "\"-0.01\"", "-0.01"), ("numeric(12,2)", "1.5e9", "1.5e9"),
            ("numeric(12,2)", "1e10", "data.range"), ("numeric(12,2)", "1.5e-2", "data.range"),
            ("numeric(12,2)", "100e-2", "100e-2"), ("numeric(3,3)", "0.999", "0.999"),
            ("numeric(3,3)", "1", "data.range"),
            ("numeric(3)", "999", "999"), ("numeric(3)", "999.5", "data.range"),
            ("numeric(3)", "0.000", "0.000"),
            ("double", "1.5e300", "1.5e300"), ("double", "1e400", "data.range"),
            ("double", "1e-400", "data.range"),
            ("double", "0e-300", "0e-300"), ("double", "\"0.1\"", "0.1"),
            ("double", "\"Infinity\"", "data.type"),
        ]
    )
    func numbers(type: String, json: String, result: String) throws {
        #expect(try ImportSample.read(json, as: type) == result)
    }

    @Test(
        "texts, truth values, UUIDs and documents",
        arguments: [
            ("text", "\"a\"", "\"a\""), ("text", "1.50", "\"1.50\""), ("text", "true", "\"true\""),
            ("text", "\"\"", "\"\""),
            ("text", "{}", "data.type"), ("text", "[]", "data.type"), ("text", #""a\u0000b""#, "data.type"),
            ("boolean", "false", "false"), ("boolean", "\"true\"", "true"), ("boolean", "1", "data.type"),
            ("boolean", "\"TRUE\"", "data.type"), ("boolean", "\"t\"", "data.type"),
            (
                "uuid", "\"A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11\"", "\"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11\""
            ),
            ("uuid", "\"a0eebc999c0b4ef8bb6d6bb9bd380a11\"", "data.type"),
            ("uuid", "\"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1\"", "data.type"),
            ("uuid", "\"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a111\"", "data.type"),
            ("uuid", "\"g0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11\"", "data.type"), ("uuid", "7", "data.type"),
            ("jsonb", #"{"a": [1.50, null]}"#, #"{"a":[1.50,null]}"#), ("jsonb", "\"x\"", "\"x\""),
            ("jsonb", #"[{"a": "\u0000"}]"#, "data.type"), ("jsonb", #"[{"\u0000": 1}]"#, "data.type"),
            ("jsonb", "[1e200000]", "data.range"),
        ]
    )
    func others(type: String, json: String, result: String) throws {
        #expect(try ImportSample.read(json, as: type) == result)
    }

    @Test(
        "days and times are those of the calendar, and say how far they are from UTC where they must",
        arguments: [
            ("date", "2024-02-29", nil), ("date", "2023-02-29", "data.range"),
            ("date", "2024-2-9", "data.type"),
            ("date", "0000-01-01", "data.range"), ("date", "2024-01-31T00:00:00Z", "data.type"),
            ("date", "", "data.type"),
            ("date", "20240131", "data.type"), ("date", "2024-02-31", "data.range"),
            ("date", "12024-01-01", "data.type"),
            ("timestamptz", "2024-01-31T18:30:00Z", nil),
            ("timestamptz", "2024-01-31 18:30:00.123456+05:30", nil),
            ("timestamptz", "2024-01-31t18:30-0330", nil), ("timestamptz", "2024-01-31T18:30:00+05", nil),
            ("timestamptz", "2024-01-31T18:30:00", "data.type"), ("timestamptz", "2024-01-31", "data.type"),
            ("timestamptz", "2024-01-31T24:00:00Z", "data.range"),
            ("timestamptz", "2024-01-31T18:60:00Z", "data.range"),
            ("timestamptz", "2024-01-31T18:30:60Z", "data.range"),
            ("timestamptz", "2024-01-31T18:30:00+16:00", "data.range"),
            ("timestamptz", "2024-02-30T18:30:00Z", "data.range"),
            ("timestamptz", "2024-01-31T18:30:00 Z", "data.type"),
            ("timestamptz", "2024-01-31T18:30:00.Z", "data.type"),
            ("timestamptz", "2024-01-31T18:30:00Z ", "data.type"),
            ("timestamptz", "2024-01-31T18:30:00 UTC", "data.type"),
            ("timestamptz", "2024-01-31T18Z", "data.type"),
            ("timestamptz", "2024-01-31T18:30:00+5:30", "data.type"), ("timestamptz", "now", "data.type"),
            ("timestamp", "2024-01-31T18:30:00.5", nil), ("timestamp", "2024-01-31T18:30:00Z", "data.type"),
            ("timestamp", "2024-01-31T18:30:00+00:00", "data.type"), ("timestamp", "infinity", "data.type"),
        ]
    )
    func times(type: String, text: String, result: String?) throws {
        #expect(try ImportSample.read("\"\(text)\"", as: type) == result ?? "\"\(text)\"")
        #expect(try ImportSample.read("1700000000", as: type) == "data.type")
    }

    @Test("what is beyond microseconds is cut off")
    func cut() throws {
        #expect(
            try ImportSample.read("\"2024-01-31T18:30:00.123456789+05:30\"", as: "timestamptz")
                == "\"2024-01-31T18:30:00.123456+05:30\""
        )
        #expect(
            try ImportSample.read("\"2024-01-31T18:30:59.9999999\"", as: "timestamp")
                == "\"2024-01-31T18:30:59.999999\""
        )
    }

    @Test(
        "numbers are times where the column says what they count",
        arguments: [
            ("seconds", "1700000000", "\"2023-11-14T22:13:20Z\""),
            ("seconds", "\"0\"", "\"1970-01-01T00:00:00Z\""),
            ("seconds", "1700000000.123456789", "\"2023-11-14T22:13:20.123456Z\""),
            ("milliseconds", "1700000000123", "\"2023-11-14T22:13:20.123000Z\""),
            ("milliseconds", "-1", "\"1969-12-31T23:59:59.999000Z\""), ("seconds", "1.7e9", "data.type"),
            ("seconds", "\"2023-11-14\"", "data.type"), ("seconds", "true", "data.type"),
            ("seconds", "\"1.\"", "data.type"),
            ("seconds", "\"\"", "data.type"), ("seconds", "253402300799", "\"9999-12-31T23:59:59Z\""),
            ("seconds", "253402300800", "data.range"),
            ("seconds", "-62135596800", "\"0001-01-01T00:00:00Z\""),
            ("seconds", "-62135596801", "data.range"),
            ("seconds", "99999999999999999999999999", "data.range"),
            ("milliseconds", "300000000000000000", "data.range"), ("seconds", "null", "null"),
        ]
    )
    func epochs(epoch: String, json: String, result: String) throws {
        #expect(try ImportSample.read(json, as: "timestamptz from \(epoch) 'value'") == result)
    }
}
