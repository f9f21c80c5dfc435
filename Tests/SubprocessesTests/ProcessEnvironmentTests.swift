import Glibc
import Subprocesses
import Testing

@Suite("Process environment", .timeLimit(.minutes(10)))
struct ProcessEnvironmentTests {
    private func variables(_ environment: ProcessEnvironment) async throws -> [Substring] {
        var invocation = Invocation("/usr/bin/env")
        invocation.environment = environment
        return try await ChildProcess.run(invocation).standardOutput.text.split(separator: "\n").sorted()
    }

    @Test("is replaced whole")
    func isReplacedWhole() async throws {
        #expect(try await variables(.exactly(["B": "2=3", "A": ""])) == ["A=", "B=2=3"])
        #expect(try await variables(.exactly([:])).isEmpty)
    }

    @Test("is inherited, with variables set and removed")
    func isMerged() async throws {
        let own = ProcessEnvironment.current
        #expect(own["PATH"] != nil)
        let inherited = try await variables(.inherited)
        #expect(inherited.contains { $0.hasPrefix("PATH=") })
        let merged = try await variables(.merging(["PATH": nil, "PGSYNC_PROBE": "x y"]))
        #expect(!merged.contains { $0.hasPrefix("PATH=") })
        #expect(merged.contains("PGSYNC_PROBE=x y"))
        #expect(merged.count == own.count)
    }
}
