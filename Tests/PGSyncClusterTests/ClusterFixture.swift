import Glibc
import Subprocesses
import Testing

@testable import PGSyncCluster

/// A directory for clusters, which are ended and removed with it.
struct ClusterFixture {
    let directory: String

    // Once for all tests of this process.
    private static let sweptDead = Task { try await sweepDead() }

    /// Lends a directory that the server's user can pass through.
    static func with<Result>(_ body: (ClusterFixture) async throws -> Result) async throws -> Result {
        try await sweptDead.value
        let directory = try await run("mktemp", "-d", "/tmp/pgsync-fixture-\(getpid())-XXXXXX")
        let fixture = ClusterFixture(directory: String(directory.dropLast()))
        try await run("chmod", "711", fixture.directory)
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await body(fixture))
        } catch {
            result = .failure(error)
        }
        try await fixture.remove()
        return try result.get()
    }

    /// Removes what killed test runs have left.
    private static func sweepDead() async throws {
        for name in FileSystem.names(in: "/tmp") where name.hasPrefix("pgsync-fixture-") {
            let fixture = ClusterFixture(directory: "/tmp/\(name)")
            guard FileSystem.entry(at: fixture.directory)?.owner == geteuid(),
                let pid = Int32(name.split(separator: "-")[2]), kill(pid, 0) == -1
            else { continue }
            _ = try await ChildProcess.run(Invocation("umount", ["\(fixture.directory)/disk"]))
            try await fixture.remove()
        }
    }

    /// Ends and removes whatever a test has left, owned by a cluster object or not.
    private func remove() async throws {
        for name in FileSystem.names(in: directory) {
            let state = "\(directory)/\(name)"
            let userID = FileSystem.entry(at: "\(state)/data")?.owner ?? geteuid()
            let layout = ClusterLayout(state: state, serverUserID: userID)
            let control = ServerControl(layout: layout, userID: userID)
            try await BackgroundThread.run { try control.destroy() }
        }
        try FileSystem.remove(directory)
    }

    /// A quick cluster's configuration in the directory.
    func configuration(_ name: String = "state") -> ClusterConfiguration {
        var configuration = ClusterConfiguration(stateDirectory: "\(directory)/\(name)")
        configuration.profile = .testing
        return configuration
    }

    /// A cluster that runs.
    func startedCluster(_ name: String = "state") async throws -> PrivateCluster {
        let cluster = try await PrivateCluster(owning: configuration(name))
        try await cluster.start()
        return cluster
    }
}

/// Runs a program that has to succeed, and returns what it wrote.
@discardableResult
func run(_ words: String..., as user: UserAccount? = nil) async throws -> String {
    var invocation = Invocation(words[0], Array(words.dropFirst()))
    invocation.user = user
    return try await ChildProcess.run(invocation).checked().standardOutput.text
}

extension PrivateCluster {
    /// The answer of psql to a query, without the last line end.
    func query(_ sql: String, database: String = "postgres") async throws -> String {
        let output = try await ChildProcess.run(psql(sql, connectionString(database: database))).checked()
        return String(output.standardOutput.text.dropLast())
    }

    func psql(_ sql: String, _ uri: String) -> Invocation {
        Invocation(binaries.psql, ["--no-psqlrc", "-Atq", "-v", "ON_ERROR_STOP=1", "-c", sql, uri])
    }

    /// The postmaster's number, or nil where none runs.
    func pid() async throws -> Int32? {
        guard case .running(let pid, _, _) = try await status() else { return nil }
        return pid
    }
}

/// The error that `body` throws, or nil where it throws none of ours.
func clusterError(_ body: () async throws -> Void) async -> ClusterError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? ClusterError
    }
}

let isRoot = geteuid() == 0
