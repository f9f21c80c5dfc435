import Testing

@testable import PGSyncLedger

@Suite("CSVText")
struct CSVTextTests {
    @Test(
        "makes a text out of what a spreadsheet would run",
        arguments: [
            ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@SUM(A1)", "'@SUM(A1)"), ("\tx", "'\tx"),
            ("\rx", "\"'\rx\""), ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"), ("1-1", "1-1"),
            ("a=b", "a=b"),
            ("=\"a\"", "\"'=\"\"a\"\"\""),
        ]
    )
    func defuses(text: String, cell: String) {
        #expect(CSVText.row([.text(text)]) == cell + "\r\n")
    }

    @Test("leaves numbers of our own numbers, and tells the empty text from none")
    func numbers() {
        #expect(
            CSVText.row([
                .number("-12.50"), .number(nil), .text(""), .text(nil), .text("a\r\nb"), .text("x,\"y\""),
            ])
                == "-12.50,,\"\",,\"a\r\nb\",\"x,\"\"y\"\"\"\r\n"
        )
    }
}
