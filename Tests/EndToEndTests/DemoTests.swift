import Glibc
import JSON
import Subprocesses
import TestSupport
import Testing

@Suite("pgsync up --demo, as built", .timeLimit(.minutes(10)))
struct DemoTests {
    @Test("has bills written and posted, stops cleanly, and goes on the next time")
    func postsBills() async throws {
        try await RunningServer.withDirectory { directory in
            for minimum in [10, 20] {
                try await RunningServer.with(directory, "--demo") { server in
                    #expect(server.banner["demo"] == true)
                    let entries = "select count(*) from ledger.journal_entries"
                    try await eventually(within: .seconds(120)) {
                        // It answers before the clinic is installed, and before that nothing is posted.
                        Int(try await server.psql(entries)) ?? 0 >= minimum
                    }
                    let output = try await server.stop(SIGTERM)
                    #expect(output.status == .exited(0), "\(output.standardError.text)")
                    #expect(output.standardError.text.contains("Worker stopped"))
                }
            }
        }
    }

    @Test("ends with the server, and with its last words")
    func serverDies() async throws {
        try await RunningServer.withDirectory { directory in
            try await RunningServer.with(directory, "--demo") { server in
                let bills = "select count(*) from pgsync.sync_logs"
                try await eventually(within: .seconds(120)) { Int(try await server.psql(bills)) ?? 0 > 0 }
                let pid = try await server.psql(
                    "select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)"
                )
                kill(try #require(Int32(pid)), SIGINT)
                let output = try await server.process.wait()
                #expect(output.status == .exited(86), "\(output.standardError.text)")
                // The collector of the log may not have written yet that it is shut down.
                #expect(output.standardError.text.contains("database system is shut"))
            }
        }
    }
}
