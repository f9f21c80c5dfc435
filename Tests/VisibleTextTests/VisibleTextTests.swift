import Testing
import VisibleText

@Suite("VisibleText")
struct VisibleTextTests {
    @Test(
        "escapes what a reader cannot see",
        arguments: [
            ("\u{1B}[31m\u{7}\u{0}", #"\u001b[31m\u0007\u0000"#), ("\u{7F}\u{9B}", #"\u007f\u009b"#),
            ("a\u{202E}b\u{2066}\u{2069}", #"a\u202eb\u2066\u2069"#),
            ("\u{200B}\u{FEFF}\u{AD}", #"\u200b\ufeff\u00ad"#),
            ("\u{2028}\u{2029}\u{85}", #"\u2028\u2029\u0085"#), ("\u{E0041}", #"\udb40\udc41"#),
            ("a\nb\r\nc\td", #"a\nb\r\nc\td"#),
        ]
    )
    func escapes(text: String, shown: String) {
        #expect(text.visible == shown)
    }

    @Test("leaves what a reader can see", arguments: ["", "bills", "支払い é ₹ 🎉", #"a\b "c" 'd'"#, "\u{A0}"])
    func leaves(text: String) {
        #expect(text.visible == text)
        #expect(text.visibleLines == text)
    }

    @Test("keeps the lines of a text that has some, but no return that writes over one")
    func keepsLines() {
        #expect("a\n\tb\r\u{1B}\n".visibleLines == "a\n\tb\\r\\u001b\n")
    }
}
