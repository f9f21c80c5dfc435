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

    private static func gzipped(_ bytes: [UInt8], _ options: String...) async throws -> [UInt8] {
        var gzip = Invocation("gzip", ["-c"] + options)
        gzip.standardInput = .bytes(bytes)
        return try await ChildProcess.run(gzip, timeout: .seconds(60)).checked().standardOutput.bytes
    }

    @Test(
        "undoes what gzip did, whatever the bytes are",
        arguments: [0, 1, 65_536, 300_000],
        ["-1", "-9"]
    )
    func undoes(count: Int, level: String) async throws {
        var generator = SeededGenerator(seed: UInt64(count) + 1)
        let bytes = (0..<count).map { $0 % 3 == 0 ? 0x61 : UInt8.random(in: 0...255, using: &generator) }
        let compressed = try await Self.gzipped(bytes, level)
        #expect(try Gzip.decompress(compressed, limit: count) == bytes)
        if count > 0 {
            #expect(throws: Gzip.Failure.tooLarge(limit: count - 1)) {
                try Gzip.decompress(compressed, limit: count - 1)
            }
        }
    }

    @Test("takes several members for one text, as gzip does")
    func members() async throws {
        let parts = ["one ", "", "two ", String(repeating: "three ", count: 20_000)]
        var compressed: [UInt8] = []
        for part in parts { compressed += try await Self.gzipped(Array(part.utf8)) }
        #expect(try Gzip.decompress(compressed, limit: 1_000_000, ratio: 1_000) == Array(parts.joined().utf8))
    }

    @Test("a bomb is refused before it goes off: by the limit, or for growing too much")
    func bomb() throws {
        // 10 GB of zeros, which no test has the memory for.
        let member = try #require(Gzip.compress([UInt8](repeating: 0, count: 10_000_000), level: 9))
        var bomb: [UInt8] = []
        for _ in 0..<1_000 { bomb += member }
        #expect(bomb.count < 12_000_000)
        #expect(throws: Gzip.Failure.tooLarge(limit: 1_000_000)) {
            try Gzip.decompress(bomb, limit: 1_000_000, ratio: .max)
        }
        #expect(throws: Gzip.Failure.tooLarge(limit: 100 * member.count)) {
            try Gzip.decompress(member, limit: .max)
        }
        #expect(throws: Gzip.Failure.tooLarge(limit: 0)) { try Gzip.decompress(member, limit: 0) }
        // What stays small may be as repetitive as it likes.
        let small = try #require(Gzip.compress([UInt8](repeating: 0, count: 65_536), level: 9))
        #expect(small.count * 100 < 65_536)
        #expect(try Gzip.decompress(small, limit: .max).count == 65_536)
    }

    @Test("what was cut off anywhere is truncated")
    func cut() async throws {
        let compressed = try await Self.gzipped(Array("A text, and a text, and another text.".utf8))
        for count in compressed.indices {
            #expect(throws: Gzip.Failure.truncated, "\(count) of \(compressed.count)") {
                try Gzip.decompress(Array(compressed.prefix(count)), limit: 1_000)
            }
            // So is a second member.
            guard count > 0 else { continue }
            #expect(throws: Gzip.Failure.truncated) {
                try Gzip.decompress(compressed + compressed.prefix(count), limit: 1_000)
            }
        }
    }

    @Test("what is no gzip, was damaged or has something behind it is refused")
    func damaged() async throws {
        let plain = Array("A text, and a text, and another text.".utf8)
        let compressed = try await Self.gzipped(plain, "-n")
        for bytes in [plain, [0x1F, 0x8C], [0x00], Array(compressed.dropFirst())] {
            #expect(throws: Gzip.Failure.notGzip) { try Gzip.decompress(bytes, limit: 1_000) }
        }
        for garbage in [[0x00], Array("garbage".utf8), [0x1F, 0x00]] as [[UInt8]] {
            #expect(throws: Gzip.Failure.corrupt) {
                try Gzip.decompress(compressed + garbage, limit: 1_000)
            }
        }
        // The sum and the length at the end tell what the middle does not.
        for index in compressed.indices.suffix(8) {
            var bytes = compressed
            bytes[index] ^= 0x01
            #expect(throws: Gzip.Failure.corrupt) { try Gzip.decompress(bytes, limit: 1_000) }
        }
        // Any bit behind the header; a few are of no meaning, and the others must not pass for the text.
        for index in compressed.indices.dropFirst(10) {
            for bit in 0..<8 {
                var bytes = compressed
                bytes[index] ^= 1 << UInt8(bit)
                let result = try? Gzip.decompress(bytes, limit: 1_000)
                #expect(result == nil || result == plain, "\(index).\(bit)")
            }
        }
    }
}
