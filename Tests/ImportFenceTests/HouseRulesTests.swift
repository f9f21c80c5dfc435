import Testing

@Suite("House rules")
struct HouseRulesTests {
    private static let longest = 300

    @Test("a file of more than 300 lines opens with `// Long because …`", arguments: try SourceFile.all())
    func length(of file: SourceFile) {
        let isExcused = file.text.hasPrefix("// Long because ")
        #expect(
            file.lines.count - 1 <= Self.longest || isExcused,
            "\(file.path): \(file.lines.count - 1) lines"
        )
    }

    @Test("nothing but build tools imports Foundation", arguments: try SourceFile.all())
    func foundation(in file: SourceFile) {
        guard !buildTools.contains(file.target) else { return }
        for statement in ImportStatement.all(in: file.lines) where statement.module.isFoundation {
            Issue.record("\(file.path):\(statement.line): imports \(statement.module)")
        }
    }

    @Test(
        "a promise that the compiler cannot check says beside it why it holds",
        arguments: try SourceFile.all()
    )
    func promises(in file: SourceFile) {
        for line in unexplainedPromises(in: file.lines) {
            Issue.record("\(file.path):\(line): no comment on this line or beside it")
        }
    }

    @Test(
        "a promise is explained by a comment on its line, before it or behind it",
        arguments: [
            ("@unchecked Sendable {}", [1]), ("nonisolated(unsafe) var x = 1", [1]),
            ("@unchecked Sendable {}  // Immutable.", []), ("// Immutable.\n@unchecked Sendable {}", []),
            ("@unchecked Sendable {\n    // Immutable.", []), ("// Far.\n\n@unchecked Sendable {}", [3]),
            (#"let text = "@unchecked Sendable""#, []), ("// about @unchecked Sendable", []),
        ]
    )
    func recognizesPromises(in text: String, unexplained: [Int]) {
        #expect(
            unexplainedPromises(in: text.split(separator: "\n", omittingEmptySubsequences: false))
                == unexplained
        )
    }
}

/// Targets that run on the builder's machine alone.
private let buildTools: Set<String> = ["EmbedSQL", "embed-sql"]

/// The numbers of the lines that promise safety and say nowhere near why.
private func unexplainedPromises(in lines: [Substring]) -> [Int] {
    lines.indices.filter { index in
        let code = lines[index].split(separator: "//", omittingEmptySubsequences: false).first ?? ""
        guard !code.contains("\""),
            code.contains("@unchecked Sendable") || code.contains("nonisolated(unsafe)")
        else { return false }
        let neighbours = lines[max(index - 1, 0)...min(index + 1, lines.count - 1)]
        return !neighbours.contains { $0.contains("//") }
    }.map { $0 + 1 }
}

extension SourceFile {
    fileprivate static func all() throws -> [SourceFile] { try all(in: "Sources") + all(in: "Tests") }
}

extension String {
    fileprivate var isFoundation: Bool { hasPrefix("Foundation") && self != "FoundationEssentials" }
}
