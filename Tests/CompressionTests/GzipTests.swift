import Compression
import Subprocesses
import TestSupport
import Testing

@Suite("Gzip")
struct GzipTests {
    @Test(
        "is what gzip makes the same bytes of again, whatever they are",
        arguments: [0, 1, 1_000, 1_000_000],
        [Int32(1), 9]
    )
    func roundTrip(count: Int, level: Int32) async throws {
        var generator = SeededGenerator(seed: UInt64(count))
        // Half chance and half sameness.
        let bytes = (0..<count).map { $0 % 2 == 0 ? 0x61 : UInt8.random(in: 32...126, using: &generator) }
        let text = String(decoding: bytes, as: UTF8.self)
        let compressed = try #require(Gzip.compress(Array(text.utf8), level: level))
        #expect(count < 1_000 || compressed.count < count)
        var gzip = Invocation("gzip", ["-dc"])
        gzip.standardInput = .bytes(compressed)
        #expect(try await ChildProcess.run(gzip, timeout: .seconds(60)).checked().standardOutput.text == text)
    }
}
