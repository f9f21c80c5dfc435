import Testing

@testable import Subprocesses

@Suite("Line splitter")
struct LineSplitterTests {
    @Test("finds the same lines however the bytes are cut", arguments: 1...9)
    func findsTheSameLines(chunk: Int) {
        let bytes = Array("one\n\ntwö\nthree".utf8)
        var splitter = LineSplitter()
        var lines: [String] = []
        for start in stride(from: 0, to: bytes.count, by: chunk) {
            lines += splitter.split(bytes[start..<min(start + chunk, bytes.count)])
        }
        #expect(lines == ["one", "", "twö"])
        #expect(splitter.finish() == "three")
        #expect(splitter.finish() == nil)
    }

    @Test("gives out an endless line in pieces")
    func givesOutAnEndlessLineInPieces() {
        var splitter = LineSplitter()
        let bytes = [UInt8](repeating: 97, count: LineSplitter.longestLine * 2 + 5)
        #expect(
            splitter.split(bytes[...]).map(\.count) == [LineSplitter.longestLine, LineSplitter.longestLine]
        )
        #expect(splitter.finish()?.count == 5)
    }
}
