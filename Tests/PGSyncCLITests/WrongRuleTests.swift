import Arguments
import FoundationEssentials
import Testing

@testable import PGSyncCLI

/// The wrong rule files of the manual, each with what the program says of it.
@Suite("Wrong rules in the manual")
struct WrongRuleTests {
    struct Sample: Sendable {
        let rules: String
        let output: String
    }

    static let package = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()

    static let samples: [Sample] =
        (try? String(contentsOfFile: "\(package)/Sources/PGSync.docc/Rules.md", encoding: .utf8))?
        .split(separator: "<!-- wrong rule -->\n```\n").dropFirst().compactMap { text in
            let parts = text.split(separator: "```\n", omittingEmptySubsequences: false)
            guard parts.count >= 3, parts[1].isEmpty else { return nil }
            return Sample(rules: String(parts[0]), output: String(parts[2]))
        } ?? []

    @Test("are answered as it says", arguments: samples)
    func answered(sample: Sample) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(
            path: "wrong-\(UInt64.random(in: 0 ... .max))"
        )
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let path = directory.appending(path: "bill.rules").path
        try sample.rules.write(toFile: path, atomically: true, encoding: .utf8)
        let run = await CommandLineRun(
            "rules",
            "check",
            path,
            "--offline",
            "--chart",
            "\(Self.package)/sql/examples/clinic/chart.csv"
        )
        #expect(run.exitCode == .wrongRules && run.output == "")
        #expect(run.errors.replacing(directory.path + "/", with: "") == sample.output)
    }

    @Test("are three, and the rule of the tour is none of them")
    func complete() async {
        #expect(Self.samples.count == 3)
        let run = await CommandLineRun(
            "rules",
            "test",
            "\(Self.package)/sql/examples/visits",
            "--offline",
            "--chart",
            "\(Self.package)/sql/examples/clinic/chart.csv"
        )
        #expect(run.exitCode == .success, "\(run.errors)")
        #expect(run.output.hasSuffix("2 examples, all passed\n"))
    }
}
