import JSON
import Subprocesses

/// A `pgsync serve` for the master.
struct SyncServer: Sendable {
    let master: SyncSide
    let url: String
    let process: Int32

    static func with<Result>(
        _ master: SyncSide,
        _ body: (SyncServer) async throws -> Result
    ) async throws -> Result {
        let (lines, continuation) = AsyncStream.makeStream(of: String.self)
        var invocation = master.invocation(["serve", "--json", "--listen", "127.0.0.1:0"])
        invocation.standardOutput = .lines(continuation)
        return try await ChildProcess.withRunning(invocation) { child in
            var text = ""
            for await line in lines {
                text += line
                guard let url = (try? JSONValue(parsing: text))?["url"]?.string else { continue }
                return try await body(SyncServer(master: master, url: url, process: child.processIdentifier))
            }
            throw SyncBenchmark.Failure.notServing(try await child.wait().standardError.text)
        }
    }

    /// Lets a node exchange records; what it shows for it.
    func token(of node: String) async throws -> String {
        let made = try JSONValue(parsing: try await master.run("node", "add", node, "--json"))
        guard let secret = made["secret"]?.string else {
            throw SyncBenchmark.Failure.notServing("node add makes no token")
        }
        return secret
    }
}
