import Subprocesses
import Testing

@testable import PGSyncCluster

@Suite("Connection to a private cluster", .timeLimit(.minutes(10)))
struct PrivateClusterConnectionTests {
    @Test("is possible for a person with a shell, whatever the names are like")
    func isPossibleFromAShell() async throws {
        try await ClusterFixture.with { fixture in
            let cluster = try await fixture.startedCluster("it's a $HOME, 100% \"mine\"")
            let name = "o'dd/&? näme"
            _ = try await cluster.query("create database \"\(name)\"")
            #expect(try await cluster.query("select current_database()", database: name) == name)
            var shell = Invocation("sh", ["-c", cluster.psqlCommand(database: name)])
            shell.standardInput = .text("\\t on\n\\a\nselect current_user, inet_server_addr() is null;\n")
            let output = try await ChildProcess.run(shell).checked()
            #expect(output.standardOutput.text.contains("postgres|t\n"))
        }
    }

    @Test("is possible as any role through the socket")
    func isPossibleAsAnyRole() async throws {
        try await ClusterFixture.with { fixture in
            let cluster = try await fixture.startedCluster()
            _ = try await cluster.query("create role worker login")
            let uri = cluster.connectionString(database: "postgres", role: "worker")
            let output = try await ChildProcess.run(cluster.psql("select current_user", uri)).checked()
            #expect(output.standardOutput.text == "worker\n")
        }
    }

    @Test(
        "is impossible for another user of the machine",
        .enabled(if: isRoot, "only root can become another user")
    )
    func isImpossibleForOthers() async throws {
        try await ClusterFixture.with { fixture in
            let cluster = try await fixture.startedCluster()
            var stranger = cluster.psql("select 1", cluster.connectionString(database: "postgres"))
            let nobody: UserAccount = try #require(UserAccount(named: "nobody"))
            stranger.user = nobody
            stranger.workingDirectory = "/"
            let output = try await ChildProcess.run(stranger)
            #expect(output.status == .exited(2))
            #expect(output.standardError.text.contains("Permission denied"))
        }
    }

    @Test("needs the password on the loopback port, which only we can read")
    func needsThePassword() async throws {
        try await ClusterFixture.with { fixture in
            var configuration = fixture.configuration()
            configuration.listening = .loopback(port: 0)
            let cluster = try await PrivateCluster(owning: configuration)
            try await cluster.start()
            let uri = cluster.loopbackConnectionString(database: "postgres")
            let known = try await ChildProcess.run(cluster.psql("select inet_server_port()", uri)).checked()
            #expect(known.standardOutput.text == "\(cluster.port)\n")

            let entry = try #require(FileSystem.entry(at: cluster.passwordFile))
            #expect(entry.permissions == 0o600 && entry.owner == UserAccount.current.userID)
            let secret = try #require(
                FileSystem.contents(of: cluster.passwordFile)?.split(separator: ":").last
            )
            #expect(secret.count > 40 && !uri.contains(secret.dropLast()))

            var guess = cluster.psql("select 1", uri)
            guess.environment = .merging(["PGPASSWORD": "wrong"])
            let refused = try await ChildProcess.run(guess)
            #expect(refused.status == .exited(2))
            #expect(refused.standardError.text.contains("password authentication failed"))
        }
    }

    @Test("is impossible over the network unless it was asked for")
    func isImpossibleOverTheNetwork() async throws {
        try await ClusterFixture.with { fixture in
            let cluster = try await fixture.startedCluster()
            #expect(try await cluster.query("show listen_addresses") == "")
        }
    }
}
