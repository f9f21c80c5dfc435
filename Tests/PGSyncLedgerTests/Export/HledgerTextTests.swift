import Testing

@testable import PGSyncLedger

@Suite("HledgerText")
struct HledgerTextTests {
    @Test(
        "makes texts for people fit",
        arguments: [
            ("Sale", "Sale", "Sale"), ("  a   b\n\tc ", "a b c", "a b c"), ("a;b|c", "a,b/c", "a,b|c"),
            ("Suspense: unmapped", "Suspense: unmapped", "Suspense - unmapped"),
            ("\u{2028}x\u{A0}", "x", "x"), ("", "", ""),
        ]
    )
    func texts(text: String, description: String, name: String) {
        #expect(HledgerText.description(text) == description)
        #expect(HledgerText.name(text) == name)
    }

    @Test(
        "loses nothing of what identifies something",
        arguments: [
            ("17", "17", "17"), (#"["a", 1]"#, #"%5B"a"%2C 1%5D"#, #"%5B"a"%2C%201%5D"#),
            (" x ", "%20x%20", "%20x%20"),
            ("5%", "5%25", "5%25"), ("a:b;c", "a:b;c", "a%3Ab%3Bc"),
            ("\n\u{A0}é", "%0A%C2%A0é", "%0A%C2%A0é"),
            ("\u{2028}", "%E2%80%A8", "%E2%80%A8"),
        ]
    )
    func tags(text: String, value: String, name: String) {
        #expect(HledgerText.tagValue(text) == value)
        #expect(HledgerText.tagName(text) == name)
    }

    @Test("never gives two codes one name")
    func codes() {
        #expect(HledgerText.code("13:10") == "13%3A10")
        #expect(HledgerText.code("6.9_0-x") == "6.9_0-x")
    }
}
