import Testing

@testable import Arguments

@Suite("Display width")
struct DisplayWidthTests {
    @Test(
        "counts the columns of a terminal",
        arguments: [
            ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("한글", 4), ("\u{1112}\u{1161}", 2),
            ("ｱ", 1),
            ("Ａ", 2), ("😀", 2), ("👩‍👩‍👧", 2), ("🇩🇪", 2), ("❤️", 2), ("❤", 1), ("a\u{200B}b", 2), ("…", 1), ("✓", 1),
            ("\u{1B}", 0),
        ]
    )
    func countsColumns(_ text: String, _ width: Int) {
        #expect(text.displayWidth == width)
    }
}
