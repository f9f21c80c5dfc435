import TestSupport
import Testing

@testable import PGSyncRules

@Suite("Mutilated imports", .timeLimit(.minutes(10)))
struct ImportFuzzTests {
    @Test("survive mutilation by the hundred", arguments: 0..<4)
    func survives(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let text = ImportFileTests.page
        let pieces =
            text.split(separator: " ").map(String.init) + [
                "\0", "\t", "'", "\"", "{", "[", "]", "é", ":", "\n", "99999999999999999999", "0.0000000001",
            ]
        var valid = 0
        for _ in 0..<Profile.size(300, full: 3_000) {
            var scalars = Array(text.unicodeScalars)
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let start = Int.random(in: 0..<scalars.count, using: &generator)
                let end = min(start + Int.random(in: 0...12, using: &generator), scalars.count)
                let piece = pieces.randomElement(using: &generator) ?? ""
                scalars.replaceSubrange(start..<end, with: Array(piece.unicodeScalars))
            }
            let file = ImportFile(name: "fuzz", text: String(String.UnicodeScalarView(scalars)))
            #expect((file.definition == nil) == !file.problems.isEmpty)
            #expect(file.problems.allSatisfy { !$0.description.isEmpty })
            guard let definition = file.definition else { continue }
            valid += 1
            #expect(definition.streamsInOrder.count == definition.streams.count)
            _ = ImportExampleCheck(in: file.source).run(definition)
        }
        #expect(valid > 0)
    }
}
