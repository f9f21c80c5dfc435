import Glibc
import JSON
import PGSyncCluster
import Subprocesses
import Testing

/// A `pgsync up` that runs, and what it said when it was ready.
struct RunningServer: Sendable {
    let process: ChildProcess
    let banner: JSONValue
    /// What it says after its banner.
    let lines: AsyncStream<String>

    /// Lends a directory that the server's user can pass through; a server left in it ends with it.
    static func withDirectory(_ body: (String) async throws -> Void) async throws {
        let made = try await ChildProcess.run(Invocation("mktemp", ["-d", "/tmp/pgsync-e2e-XXXXXX"]))
            .checked()
        let directory = String(made.standardOutput.text.dropLast())
        unsafe chmod(directory, 0o711)
        let result: Result<Void, any Error>
        do {
            result = .success(try await body("\(directory)/state"))
        } catch {
            result = .failure(error)
        }
        if let cluster = try? await PrivateCluster(
            owning: ClusterConfiguration(stateDirectory: "\(directory)/state")
        ) {
            try await cluster.destroy()
        }
        unsafe rmdir(directory)
        try result.get()
    }

    /// Starts the server and lends it once it has shown its banner.
    static func with<Result>(
        _ directory: String,
        _ arguments: String...,
        body: (RunningServer) async throws -> Result
    ) async throws -> Result {
        try await with(directory, arguments, body: body)
    }

    static func with<Result>(
        _ directory: String,
        _ arguments: [String],
        body: (RunningServer) async throws -> Result
    ) async throws -> Result {
        let (lines, continuation) = AsyncStream.makeStream(of: String.self)
        var invocation = try BuiltProgram.invocation(["up", "--json", "--state-dir", directory] + arguments)
        invocation.standardOutput = .lines(continuation)
        return try await ChildProcess.withRunning(invocation) { process in
            for await line in lines {
                let banner = try JSONValue(parsing: line)
                return try await body(RunningServer(process: process, banner: banner, lines: lines))
            }
            let output = try await process.wait()
            throw NoBanner(reason: "\(output.status): \(output.standardError.text)")
        }
    }

    struct NoBanner: Error {
        let reason: String
    }

    var url: String { get throws { try #require(banner["url"]?.string) } }

    /// The answer of the psql command of the banner, as a person would copy it.
    func psql(_ sql: String) async throws -> String {
        let command = try #require(banner["psql"]?.string)
        let output = try await ChildProcess.run(
            Invocation("sh", ["-c", "\(command) -XAtqc \"$1\"", "sh", sql])
        )
        return String(try output.checked().standardOutput.text.dropLast())
    }

    func stop(_ signal: Int32) async throws -> ProcessOutput {
        process.send(signal: signal)
        return try await process.wait()
    }
}
