import JSON
import Testing

@Suite("JSONParseError")
struct JSONParseErrorTests {
    @Test(
        "describes itself with place and reason",
        arguments: [
            ("[\n 1 2]", "line 2, column 4: expected ',' or ']'"),
            (#"{"a":1,"a":2}"#, #"line 1, column 8: key "a" appears twice"#),
            ("[", "line 1, column 2: the text ends too early"),
        ]
    )
    func describesItself(_ text: String, _ description: String) throws {
        let error = try #require(throws: JSONParseError.self) { try JSONValue(parsing: text) }
        #expect(error.description == description)
    }
}
