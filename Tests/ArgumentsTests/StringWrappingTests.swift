import Testing

@testable import Arguments

@Suite("String wrapping")
struct StringWrappingTests {
    @Test("fills lines, keeps empty and indented ones, and never breaks a word")
    func fillsLines() {
        #expect("aa bb cc".wrapped(to: 5) == ["aa bb", "cc"])
        #expect("aa\nbb\n\ncc".wrapped(to: 9) == ["aa bb", "", "cc"])
        #expect("aa\n  x   y z\nbb".wrapped(to: 4) == ["aa", "  x   y z", "bb"])
        #expect("longword a".wrapped(to: 4) == ["longword", "a"])
        #expect("日本 語".wrapped(to: 6) == ["日本", "語"])
        #expect("".wrapped(to: 5) == [""])
    }

    @Test("cuts by columns, not by letters")
    func cutsByColumns() {
        #expect("abcdef".truncated(to: 6) == "abcdef")
        #expect("abcdef".truncated(to: 4) == "abc…")
        #expect("日本語".truncated(to: 4) == "日…")
        #expect("日本語".padded(to: 8) == "日本語  ")
        #expect("7".padded(to: 3, .right) == "  7")
    }
}
