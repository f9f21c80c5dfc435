import JSON
import Testing

@Suite("JSONWriter")
struct JSONWriterTests {
    private let document: JSONValue = [
        "name": "a", "list": [1, [], [:] as JSONValue], "nested": ["deep": [true, nil]],
    ]

    @Test("writes compact text without white space")
    func writesCompactText() {
        #expect(document.text() == #"{"name":"a","list":[1,[],{}],"nested":{"deep":[true,null]}}"#)
        #expect("\(document)" == document.text(.compact))
    }

    @Test("writes pretty text indented by two spaces")
    func writesPrettyText() {
        #expect(
            document.text(.pretty) == """
                {
                  "name": "a",
                  "list": [
                    1,
                    [],
                    {}
                  ],
                  "nested": {
                    "deep": [
                      true,
                      null
                    ]
                  }
                }
                """
        )
    }

    @Test("escapes quotes, backslashes and what a reader cannot see, and nothing else")
    func escapes() {
        let text: JSONValue = "\"\\/\n\r\t\u{0}\u{8}\u{1F}\u{7F}\u{9B}é😀\u{2028}\u{202E}\r\n"
        #expect(text.text() == #""\"\\/\n\r\t\u0000\u0008\u001f\u007f\u009bé😀\u2028\u202e\r\n""#)
    }

    @Test("escapes keys like any other text")
    func escapesKeys() {
        #expect((["a\"b": 1] as JSONValue).text() == #"{"a\"b":1}"#)
    }
}
