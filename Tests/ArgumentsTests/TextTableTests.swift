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
            table(.wrap).text(width: 30) == """
                table   rows  note
                bills   1200  a note of
                              several words
                支払い     7

                """
        )
    }

    @Test("never cuts what names something: it leaves out what is optional, then makes each row a block")
    func keepsNames() {
        var table = TextTable([
            .init("id", .right), .init("table"), .init("since", isOptional: true),
            .init("by", isOptional: true),
            .init("message", overflow: .wrap),
        ])
        table.add([
            "7", "public.a_rather_long_name", "yesterday", "nobody", "the map has no entry for this value",
        ])
        table.add(["8", "public.bills", "today", "", ""])
        let name = "public.a_rather_long_name"
        #expect(
            table.text(width: 60).split(separator: "\n").first
                == "id  table                      since      message"
        )
        #expect(
            table.text(width: 50).hasPrefix(
                "id  table                      message\n 7  \(name)  the map has no"
            )
        )
        #expect(
            table.text(width: 40) == """
                id       7
                table    public.a_rather_long_name
                since    yesterday
                by       nobody
                message  the map has no entry for this
                         value

                id       8
                table    public.bills
                since    today
                by
                message

                """
        )
        for width in [10, 40, 50, 60, 100] { #expect(table.text(width: width).contains(name)) }
    }

    @Test("shows numbers whole even when the terminal is too narrow")
    func showsNumbersWhole() {
        #expect(table().text(width: 1).contains("1200"))
    }

    @Test("lets nothing through that a reader cannot see, neither in cells nor in titles")
    func letsNothingInvisibleThrough() {
        var table = TextTable([.init("a\u{9B}"), .init("b")])
        table.add(["x\u{1B}[31m\ny\u{202E}"])
        #expect(
            table.text() == #"""
                a\u009b               b
                x\u001b[31m\ny\u202e

                """#
        )
    }

    @Test("is its header alone without rows")
    func isItsHeaderAlone() {
        #expect(TextTable([.init("a"), .init("b")]).text(width: 80) == "a  b\n")
    }
}
