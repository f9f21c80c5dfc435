import PGSyncRules
import Testing
import TestSupport

@Suite("Parser", .timeLimit(.minutes(10)))
struct ParserFuzzTests {
    @Test("survives mutilated rule files by the hundred", arguments: 0..<4)
    func survives(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let texts = try ClinicRules.files().map(\.text) + [Torture.file.text, RowRules.file.text]
        let pieces =
            texts.flatMap { $0.split(separator: " ").map(String.init) } + [
                "\0", "\t", "'", "\"", "{", "((((", "é",
            ]
        for _ in 0..<Profile.size(200, full: 2_000) {
            var scalars = Array((texts.randomElement(using: &generator) ?? "").unicodeScalars)
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let start = Int.random(in: 0..<max(scalars.count, 1), using: &generator)
                let end = min(start + Int.random(in: 0...20, using: &generator), scalars.count)
                let piece = pieces.randomElement(using: &generator) ?? ""
                scalars.replaceSubrange(min(start, end)..<end, with: Array(piece.unicodeScalars))
            }
            let file = RuleFile(name: "fuzz", text: String(String.UnicodeScalarView(scalars)))
            if case .failure(let problems) = RuleChecker.check([file], in: RuleContext(chart: .clinic)) {
                #expect(!problems.problems.isEmpty && !problems.description.isEmpty)
            }
        }
    }

    @Test(
        "refuses what nests too deeply or is too long",
        arguments: ["(", "not ", "- ", "if true then ", "abs("]
    )
    func refusesDepth(_ piece: String) {
        let text = "rule r version 1 on a.b\n  when " + String(repeating: piece, count: 100_000)
        guard
            case .failure(let problems) = RuleChecker.check(
                [RuleFile(name: "deep", text: text)],
                in: RuleContext(chart: .clinic)
            )
        else { return #expect(Bool(false), "it was accepted") }
        #expect(problems.problems.contains { $0.message == "nested too deeply" })
    }
}
