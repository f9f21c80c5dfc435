import Arguments
import Glibc
import Testing

@Suite("FileOutput")
struct FileOutputTests {
    private func makePipe() throws -> (reader: Int32, writer: Int32) {
        var ends: [Int32] = [0, 0]
        try #require(unsafe pipe(&ends) == 0)
        return (ends[0], ends[1])
    }

    @Test("writes all of the text")
    func writesTheText() throws {
        let (reader, writer) = try makePipe()
        defer { close(reader) }
        defer { close(writer) }
        try FileOutput(descriptor: writer).write("été\n")
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = unsafe read(reader, &bytes, bytes.count)
        #expect(String(decoding: bytes.prefix(count), as: UTF8.self) == "été\n")
    }

    @Test("reports a reader that went away")
    func reportsAClosedPipe() throws {
        signal(SIGPIPE, SIG_IGN)
        let (reader, writer) = try makePipe()
        defer { close(writer) }
        close(reader)
        #expect(throws: OutputError.closed) { try FileOutput(descriptor: writer).write("x") }
    }

    @Test("reports a full device with the system's reason")
    func reportsAFullDevice() throws {
        let device = unsafe open("/dev/full", O_WRONLY)
        try #require(device >= 0)
        defer { close(device) }
        let error = try #require(throws: OutputError.self) { try FileOutput(descriptor: device).write("x") }
        #expect("\(error)" == "cannot write the output: No space left on device")
    }
}
