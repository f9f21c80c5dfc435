import TestSupport
import Testing

@testable import PGSyncRules

@Suite("Mutilated comparisons", .timeLimit(.minutes(10)))
struct ComparisonFuzzTests {
    private func check(_ text: String) -> ComparisonFile {
        let file = ComparisonFile(name: "fuzz", text: text)
        #expect((file.comparison == nil) == !file.problems.isEmpty, "\(text)")
        for problem in file.problems {
            #expect(!problem.description.isEmpty && !problem.message.isEmpty, "\(text)")
            #expect(problem.range.line >= 1 && problem.range.column >= 1, "\(text)")
            #expect(problem.range.line <= file.source.lines.count, "\(text)")
        }
        return file
    }

    @Test("survive mutilation by the hundred", arguments: 0..<4)
    func survives(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let text = ComparisonSample.page
        let pieces =
            text.split(separator: " ").map(String.init) + [
                "\0", "\t", "'", "\"", "{", "[", "]", "é", ":", "\n", "99999999999999999999", "0.0000000001",
                "(", ")", ",", ".", "*", "-", "--", "null", "or", "import", "\n    ", "\u{301}",
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
            guard let comparison = check(String(String.UnicodeScalarView(scalars))).comparison else {
                continue
            }
            valid += 1
            #expect(comparison.differences(from: comparison) == [])
            #expect(comparison.entities.allSatisfy { !$0.key.isEmpty && (1...1_000).contains($0.weight) })
        }
        #expect(valid > 0)
    }

    @Test("are told to be wrong, or are read, wherever they are cut off")
    func cuts() {
        let scalars = Array(ComparisonSample.page.unicodeScalars)
        var valid = 0
        for end in 0...scalars.count {
            let file = check(String(String.UnicodeScalarView(scalars[..<end])))
            valid += file.comparison == nil ? 0 : 1
        }
        #expect(valid > 0)
    }

    @Test("are told to be wrong, or are read, with any word taken out")
    func gaps() {
        let words = ComparisonSample.page.split(separator: " ", omittingEmptySubsequences: false)
        for index in words.indices {
            var rest = words
            rest.remove(at: index)
            _ = check(rest.joined(separator: " "))
        }
    }
}
