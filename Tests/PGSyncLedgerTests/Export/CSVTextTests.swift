import Testing

@testable import PGSyncLedger

@Suite("CSVText")
struct CSVTextTests {
    @Test(
        "makes a text out of what a spreadsheet would run",
        arguments: [
            ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@SUM(A1)", "'@SUM(A1)"), ("\tx", "'\tx"),
            ("\rx", "'\\rx"), ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"), ("1-1", "1-1"),
            ("a=b", "a=b"),
            ("=\"a\"", "\"'=\"\"a\"\"\""),
        ]
    )
    func defuses(text: String, cell: String) {
        #expect(CSVText.row([.text(text)]) == cell + "\r\n")
    }

    @Test("escapes what a terminal obeys and a reader cannot see, but for the lines of a cell")
    func escapes() {
        #expect(
            CSVText.row([.text("a\u{1B}[2J\u{9B}\u{202E}b\nc\td")])
                == "\"a\\u001b[2J\\u009b\\u202eb\nc\td\"\r\n"
        )
    }

    @Test("leaves numbers of our own numbers, and tells the empty text from none")
    func numbers() {
        #expect(
            CSVText.row([
                .number("-12.50"), .number(nil), .text(""), .text(nil), .text("a\r\nb"), .text("x,\"y\""),
            ])
                == "-12.50,,\"\",,\"a\\r\nb\",\"x,\"\"y\"\"\"\r\n"
        )
    }
}
