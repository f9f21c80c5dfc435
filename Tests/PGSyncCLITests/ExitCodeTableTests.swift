import Arguments
import FoundationEssentials
import Testing

@testable import PGSyncCLI

@Suite("Exit codes")
struct ExitCodeTableTests {
    @Test("are all in the manual, in the words of the help")
    func manual() throws {
        let package = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
        let manual = try String(
            contentsOfFile: "\(package)/Sources/PGSync.docc/Operating.md",
            encoding: .utf8
        )
        let rows = manual.split(separator: "\n").filter { $0.contains(#/^\| \d+ \| /#) }
        #expect(rows.map(String.init) == ExitCode.table.map { "| \($0.code) | \($0.meaning) |" })
    }
}
