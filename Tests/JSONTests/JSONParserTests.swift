import JSON
import Testing

@Suite("JSONParser")
struct JSONParserTests {
    @Test("reads every kind of value")
    func readsEveryKindOfValue() throws {
        let text = """
             { "null" : null, "yes": true, "no": false, "money": 0.10,
            \t"text": "a", "list": [ 1 , [ ] ], "empty": { } }\r\n
            """
        let expected: JSONValue = [
            "null": nil, "yes": true, "no": false, "money": try .number(#require(JSONNumber("0.10"))),
            "text": "a",
            "list": [1, []], "empty": [:],
        ]
        #expect(try JSONValue(parsing: text) == expected)
        #expect(try JSONValue(parsing: Array(text.utf8)) == expected)
    }

    @Test("reads every escape")
    func readsEveryEscape() throws {
        let value = try JSONValue(parsing: #""\"\\\/\b\f\n\r\t\u0041\u00e9\uD83D\ude00\u0000""#)
        #expect(value == "\"\\/\u{8}\u{C}\n\r\tAé😀\u{0}")
    }

    @Test(
        "refuses what is not JSON, with the place",
        arguments: [
            ("", JSONParseError.Reason.unexpectedEnd, 1, 1),
            ("  ", .unexpectedEnd, 1, 3),
            ("[1,", .unexpectedEnd, 1, 4),
            ("[1", .unexpectedEnd, 1, 3),
            ("{\"a\"", .unexpectedEnd, 1, 5),
            ("{", .unexpectedEnd, 1, 2),
            ("\"abc", .unexpectedEnd, 1, 5),
            ("\"\\", .unexpectedEnd, 1, 3),
            ("\"\\u12", .unexpectedEnd, 1, 6),
            ("nul", .expected("a value"), 1, 1),
            ("[1,]", .expected("a value"), 1, 4),
            ("[1 2]", .expected("',' or ']'"), 1, 4),
            ("{\"a\" 1}", .expected("':'"), 1, 6),
            ("{\"a\": 1 \"b\"}", .expected("',' or '}'"), 1, 9),
            ("{\"a\": 1,}", .expected("a key in quotes"), 1, 9),
            ("{a: 1}", .expected("a key in quotes"), 1, 2),
            ("{}\n\n  x", .expected("the end of the text"), 3, 3),
            ("01", .expected("the end of the text"), 1, 2),
            ("// no", .expected("a value"), 1, 1),
            ("'a'", .expected("a value"), 1, 1),
            ("\u{FEFF}1", .expected("a value"), 1, 1),
            ("[\n  -\n]", .invalidNumber, 2, 3),
            ("1.", .invalidNumber, 1, 1),
            ("[\"é😀\", 1e]", .invalidNumber, 1, 8),
            ("\"\\x\"", .invalidEscape, 1, 2),
            ("\"\\u12g4\"", .invalidEscape, 1, 2),
            ("\"a\nb\"", .controlCharacter, 1, 3),
            ("\"\\ud83d\"", .loneSurrogate, 1, 2),
            ("\"\\ud83d\\u0041\"", .loneSurrogate, 1, 2),
            ("\"a\\ude00\"", .loneSurrogate, 1, 3),
            ("{\"a\": 1, \"\\u0061\": 2}", .duplicateKey("a"), 1, 10),
        ]
    )
    func refusesWhatIsNotJSON(_ text: String, reason: JSONParseError.Reason, line: Int, column: Int) throws {
        let error = try #require(throws: JSONParseError.self) { try JSONValue(parsing: text) }
        #expect(error.reason == reason)
        #expect(error.line == line)
        #expect(error.column == column)
    }

    @Test(
        "refuses invalid UTF-8 at its first byte",
        arguments: [
            [0x80], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82], [0xFF],
        ]
    )
    func refusesInvalidUTF8(_ invalid: [UInt8]) throws {
        let bytes = Array("\"ab".utf8) + invalid + Array("\"".utf8)
        let error = try #require(throws: JSONParseError.self) { try JSONValue(parsing: bytes) }
        #expect(error.reason == .invalidUTF8)
        #expect(error.column == 4)
    }

    @Test("nests as deep as the limit and no deeper")
    func nestsAsDeepAsTheLimit() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        _ = try JSONValue(parsing: nested(128))
        let error = try #require(throws: JSONParseError.self) { try JSONValue(parsing: nested(129)) }
        #expect(error.reason == .tooDeep(limit: 128))
        #expect(throws: JSONParseError.self) { try JSONValue(parsing: nested(100_000)) }
        #expect(throws: JSONParseError.self) { try JSONValue(parsing: "[]", depthLimit: 0) }
        _ = try JSONValue(parsing: "[[],[],[]]", depthLimit: 2)
    }

    @Test("reads an object of many keys in reasonable time")
    func readsAnObjectOfManyKeys() throws {
        let text = "{" + (0..<20_000).map { "\"key\($0)\":\($0)" }.joined(separator: ",") + "}"
        #expect(try JSONValue(parsing: text)["key19999"] == 19_999)
    }

    @Test("refuses every beginning of a document that is not the whole")
    func refusesEveryBeginning() {
        for length in 0..<Self.sample.utf8.count {
            #expect(throws: JSONParseError.self) { try JSONValue(parsing: Self.sample.utf8.prefix(length)) }
        }
    }

    @Test("either refuses mutated input or reads back what it wrote", arguments: [1, 2, 3, 4] as [UInt64])
    func survivesMutations(_ seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        let interesting =
            Array("{}[]\",:\\u0d8e-+.tfn \n".utf8) + [0, 0x1F, 0x80, 0xBF, 0xC3, 0xED, 0xF0, 0xFF]
        var accepted = 0
        for _ in 0..<2_000 {
            var bytes = Array(Self.sample.utf8)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let position = Int.random(in: 0..<bytes.count, using: &random)
                let byte = interesting[Int.random(in: 0..<interesting.count, using: &random)]
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[position] = byte
                case 1: bytes.insert(byte, at: position)
                case 2: bytes.remove(at: position)
                default: bytes.append(contentsOf: bytes[position...].prefix(20))
                }
            }
            do {
                let value = try JSONValue(parsing: bytes)
                accepted += 1
                #expect(try JSONValue(parsing: value.text(.compact)) == value)
                #expect(try JSONValue(parsing: value.text(.pretty)) == value)
            } catch let error as JSONParseError {
                #expect(error.line >= 1 && error.column >= 1)
            }
        }
        #expect(accepted > 0 && accepted < 2_000)
    }

    private static let sample = #"""
        {"id": 42, "money": [-0.10, 1e5, 12345678901234567890.123456789], "é": "a\"\\\/\b\n\u0041\ud83d\ude00😀",
         "nested": {"deep": [[[{"x": null}, true, false]]], "empty": {}, "none": []}, "text": "plain"}
        """#
}

/// SplitMix64: small, fast and the same on every run.
private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
