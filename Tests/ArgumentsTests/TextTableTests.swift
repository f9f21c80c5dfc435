import Arguments
import Testing

@Suite("TextTable")
struct TextTableTests {
    private func table(_ overflow: TextTable.Overflow = .truncate) -> TextTable {
        var table = TextTable([.init("table"), .init("rows", .right), .init("note", overflow: overflow)])
        table.add(["bills", "1200", "a note of several words"])
        table.add(["支払い", "7", ""])
        return table
    }

    @Test("aligns columns and leaves no trailing space")
    func alignsColumns() {
        #expect(
            table().text() == """
                table   rows  note
                bills   1200  a note of several words
                支払い     7

                """
        )
    }

    @Test("cuts the widest text to the width of a terminal")
    func cutsText() {
        #expect(
            table().text(width: 25) == """
                table   rows  note
                bills   1200  a note of …
                支払い     7

                """
        )
    }

    @Test("wraps a column that asks for it")
    func wrapsText() {
        #expect(
            table(.wrap).text(width: 25) == """
                table   rows  note
                bills   1200  a note of
                              several
                              words
                支払い     7

                """
        )
    }

    @Test("shows numbers whole even when the terminal is too narrow")
    func showsNumbersWhole() {
        #expect(table().text(width: 1).contains("1200"))
    }

    @Test("lets nothing through that a reader cannot see, neither in cells nor in titles")
    func letsNothingInvisibleThrough() {
        var table = TextTable([.init("a\u{9B}"), .init("b")])
        table.add(["x\u{1B}[31m\ny\u{202E}"])
        #expect(table.text() == #"""
            a\u009b                  b
            x\u001b[31m\ny\u202e

            """#)
    }

    @Test("is its header alone without rows")
    func isItsHeaderAlone() {
        #expect(TextTable([.init("a"), .init("b")]).text(width: 80) == "a  b\n")
    }
}
