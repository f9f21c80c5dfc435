import Arguments
import FoundationEssentials
import Testing

@testable import PGSyncCLI

@Suite("Exit codes")
struct ExitCodeTableTests {
    @Test("are all in the README, in the words of the help")
    func readme() throws {
        let package = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
        let readme = try String(contentsOfFile: "\(package)/README.md", encoding: .utf8)
        let rows = readme.split(separator: "\n").filter { $0.contains(#/^\| \d+ \| /#) }
        #expect(rows.map(String.init) == ExitCode.table.map { "| \($0.code) | \($0.meaning) |" })
    }
}
