import Glibc
import Telemetry
import Testing

@Suite("Stream log handler", .timeLimit(.minutes(10)))
struct StreamLogHandlerTests {
    private func record(_ text: String) -> LogRecord {
        LogRecord(
            time: LogTimestamp(microsecondsSinceEpoch: 0),
            level: .info,
            message: "m",
            metadata: ["text": .string(text)]
        )
    }

    private func line(_ text: String) -> String {
        #"{"time":"1970-01-01T00:00:00.000000Z","level":"info","message":"m","text":"\#(text)"}"# + "\n"
    }

    @Test("writes a record as one line")
    func writesOneLine() throws {
        let pipe = try PipeFixture()
        let handler = StreamLogHandler(format: .json, descriptor: pipe.writeEnd)
        handler.handle(record("a"))
        handler.handle(record("b"))
        #expect(pipe.drain() == line("a") + line("b"))
        #expect(handler.droppedLineCount == 0)
    }

    @Test("keeps lines whole that many tasks write at once, even long ones")
    func keepsLinesWhole() async throws {
        let pipe = try PipeFixture()
        let handler = StreamLogHandler(format: .json, descriptor: pipe.writeEnd)
        let texts = (0..<200).map { String(repeating: "\($0),", count: 1 + $0 * 20) }
        let length = texts.reduce(0) { $0 + line($1).utf8.count }
        let lines = await withTaskGroup(of: Void.self) { group in
            for slice in 0..<4 {
                group.addTask {
                    for index in stride(from: slice, to: texts.count, by: 4) {
                        handler.handle(record(texts[index]))
                    }
                }
            }
            return await pipe.read(length: length).split(separator: "\n").map { "\($0)\n" }
        }
        #expect(lines.sorted() == texts.map { line($0) }.sorted())
    }

    @Test("drops and counts lines when nobody reads any more, and the process lives")
    func survivesAClosedPipe() throws {
        var ends: [Int32] = [0, 0]
        try #require(unsafe pipe(&ends) == 0)
        close(ends[0])
        defer { close(ends[1]) }
        let handler = StreamLogHandler(format: .json, descriptor: ends[1])
        handler.handle(record("a"))
        handler.handle(record("b"))
        #expect(handler.droppedLineCount == 2)
        var mask = sigset_t()
        unsafe pthread_sigmask(SIG_BLOCK, nil, &mask)
        #expect(unsafe sigismember(&mask, SIGPIPE) == 0)
        var pending = sigset_t()
        unsafe sigpending(&pending)
        #expect(unsafe sigismember(&pending, SIGPIPE) == 0)
    }

    @Test("drops lines on a descriptor that is not open")
    func survivesABadDescriptor() {
        let handler = StreamLogHandler(format: .json, descriptor: -1)
        handler.handle(record("a"))
        #expect(handler.droppedLineCount == 1)
    }

    @Test("drops lines while a pipe is full and goes on with a fresh line once there is room")
    func survivesAFullPipe() throws {
        let pipe = try PipeFixture(writesBlock: false)
        let handler = StreamLogHandler(format: .json, descriptor: pipe.writeEnd)
        // More than a pipe holds: the line breaks off in the middle.
        handler.handle(record(String(repeating: "x", count: 100_000)))
        handler.handle(record("lost"))
        #expect(handler.droppedLineCount == 2)
        let torn = pipe.drain()
        #expect(torn.hasSuffix("xxx"))
        handler.handle(record("fresh"))
        #expect(pipe.drain() == "\n" + line("fresh"))
        handler.handle(record("next"))
        #expect(pipe.drain() == line("next"))
        #expect(handler.droppedLineCount == 2)
    }
}
