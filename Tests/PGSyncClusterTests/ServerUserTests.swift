import Subprocesses
import Testing

@testable import PGSyncCluster

@Suite("Server user", .timeLimit(.minutes(10)))
struct ServerUserTests {
    @Test("is ourselves unless we are root, and never root")
    func isNeverRoot() throws {
        let user = try ServerUser.choose(for: ClusterConfiguration(stateDirectory: "/nowhere"))
        #expect(user.userID != 0)
        if !isRoot { #expect(user == .current) }
    }

    @Test(
        "comes from the configuration or the environment, and has to exist",
        .enabled(if: isRoot, "others run servers as themselves")
    )
    func comesFromTheEnvironment() throws {
        var configuration = ClusterConfiguration(stateDirectory: "/nowhere")
        configuration.environment["PGSYNC_CLUSTER_USER"] = "daemon"
        #expect(try ServerUser.choose(for: configuration).name == "daemon")
        configuration.serverUser = "nobody"
        #expect(try ServerUser.choose(for: configuration).name == "nobody")
        for (name, reason) in [
            ("no-such", "there is no such user"), ("root", "PostgreSQL refuses to run as root"),
        ] {
            configuration.serverUser = name
            #expect(throws: ClusterError.serverUserUnusable(name: name, reason: reason)) {
                try ServerUser.choose(for: configuration)
            }
        }
    }

    @Test(
        "can run the server even if it is not the usual one",
        .enabled(if: isRoot, "others run servers as themselves")
    )
    func canBeAnother() async throws {
        try await ClusterFixture.with { fixture in
            var configuration = fixture.configuration()
            configuration.serverUser = "nobody"
            let cluster = try await PrivateCluster(owning: configuration)
            try await cluster.start()
            let pid = try #require(try await cluster.pid())
            #expect(try await run("ps", "-o", "user=", "-p", String(pid)) == "nobody\n")
            #expect(try await cluster.query("select 1") == "1")
        }
    }

    @Test(
        "who cannot reach the state directory is told which parent is closed",
        .enabled(if: isRoot, "others run servers as themselves")
    )
    func isToldWhatIsClosed() async throws {
        try await ClusterFixture.with { fixture in
            let closed = "\(fixture.directory)/closed"
            try FileSystem.makeDirectories(at: closed, mode: 0o700)
            var configuration = fixture.configuration("closed/open/state")
            let user = try ServerUser.choose(for: configuration)
            let error = await clusterError { _ = try await PrivateCluster(owning: configuration) }
            let state = configuration.stateDirectory
            #expect(error == .directoryClosed(state, user: user.name, closedAt: closed))
            #expect(error?.description.contains("chmod o+x \(closed)") == true)

            try await run("chmod", "o+x", closed)
            configuration.settings["work_mem"] = "5MB"
            let cluster = try await PrivateCluster(owning: configuration)
            try await cluster.start()
            #expect(try await cluster.query("show work_mem") == "5MB")
            try await cluster.destroy()
        }
    }
}
