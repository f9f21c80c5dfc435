import Testing

@testable import CSV

@Suite("CSVReader")
struct CSVReaderTests {
    private func records(_ text: String) throws -> [CSVReader.Record] {
        try CSVReader.records(in: Array(text.utf8))
    }

    @Test("reads what RFC 4180 writes, with the line each record begins in")
    func reads() throws {
        let text = "a,b\r\n1,\"x, \"\"y\"\"\nz\"\n\n,\"\"\r\nlast,é"
        #expect(
            try records(text) == [
                .init(line: 1, fields: ["a", "b"]), .init(line: 2, fields: ["1", "x, \"y\"\nz"]),
                .init(line: 5, fields: ["", ""]), .init(line: 6, fields: ["last", "é"]),
            ]
        )
        #expect(try records("") == [])
        #expect(try records("\u{FEFF}a\n") == [.init(line: 1, fields: ["a"])])
        #expect(try records("a,") == [.init(line: 1, fields: ["a", ""])])
    }

    @Test(
        "says in which line it stopped, and why",
        arguments: [
            ("a\n\"b\nc", 2, "never closed"), ("a\nb\"c", 2, "put the field in quotes"),
            ("\"a\"b", 1, "closing quote"),
            ("a\nb\u{0}", 2, "UTF-8"),
        ]
    )
    func refuses(text: String, line: Int, reason: String) {
        let problem = #expect(throws: CSVError.self) { try records(text) }
        #expect(
            problem?.line == line && problem?.text.contains(reason) == true,
            "\(String(describing: problem))"
        )
    }

    @Test("refuses what is not UTF-8")
    func notUTF8() {
        let problem = #expect(throws: CSVError.self) {
            try CSVReader.records(in: [0x61, 0x0A, 0xE9, 0x0A])
        }
        #expect(problem?.line == 2)
    }
}
