import Arguments
import JSON
import Testing

@testable import PGSyncCLI

@Suite("pgsync bench trial-balance", .timeLimit(.minutes(10)))
struct BenchTrialBalanceCommandTests {
    @Test("measures the trial balance of a long journal, and checks it against plain sums")
    func bench() async throws {
        try await CommandLineDatabase.with { database in
            let run = await database.run(
                "bench",
                "trial-balance",
                "--here",
                "--lines",
                "5000",
                "--tail",
                "50",
                "--json"
            )
            #expect(run.exitCode == .success, "\(run.errors)")
            let json = try run.json
            #expect(json["results"]?.array?.map { $0["lines_after"] } == [0, 5000, 0, 50])
            // The server is on this machine, so its processors' time is known, and posting takes some.
            #expect(json["server_cpu_microseconds_per_line"]?.number?.double ?? 0 > 0)
            #expect(json["checks"]?.array?.count == 3)
            for check in json["checks"]?.array ?? [] { #expect(check["holds"] == true, "\(check)") }
        }
    }
}
