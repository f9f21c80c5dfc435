import Testing

@testable import PGSyncCluster

@Suite("Server settings", .timeLimit(.minutes(10)))
struct ServerSettingsTests {
    @Test("reach the server as they were given, whatever they contain")
    func reachTheServer() async throws {
        try await ClusterFixture.with { fixture in
            var configuration = fixture.configuration()
            let value = "it's \\ a \"value\", # with 100 % $1\nof \\n everything"
            configuration.settings = ["pgsync.probe": value, "work_mem": "12MB"]
            let cluster = try await PrivateCluster(owning: configuration)
            try await cluster.start()
            #expect(try await cluster.query("show pgsync.probe") == value)
            #expect(try await cluster.query("show work_mem") == "12MB")
            #expect(try await cluster.query("show fsync") == "off")
        }
    }

    @Test("refuse names that are none, and those the cluster decides itself")
    func refuseNames() throws {
        for name in ["", "a b", "1a", "x'", "port=1\nfsync"] {
            #expect(throws: ClusterError.self) { try ServerSettings.line(name, "1") }
        }
        #expect(throws: ClusterError.self) { try ServerSettings.line("a", "x\0y") }
        let layout = ClusterLayout(state: "/state", serverUserID: 1)
        for name in ["port", "Listen_Addresses", "unix_socket_directories"] {
            var configuration = ClusterConfiguration(stateDirectory: "/state")
            configuration.settings[name] = "1"
            #expect(throws: ClusterError.self) {
                try ServerSettings(configuration: configuration, layout: layout, port: 1)
            }
        }
    }

    @Test("of a durable server keep fsync on, and a log of bounded number of files")
    func ofADurableServer() async throws {
        try await ClusterFixture.with { fixture in
            var configuration = fixture.configuration()
            configuration.profile = .durable
            let cluster = try await PrivateCluster(owning: configuration)
            try await cluster.start()
            #expect(try await cluster.query("show fsync") == "on")
            #expect(try await cluster.query("show log_truncate_on_rotation") == "on")
            let logs = FileSystem.names(in: cluster.layout.log).filter { $0.hasPrefix("server-") }
            #expect(logs.count == 1)
            let ready = ServerLog.tail(in: cluster.layout).contains {
                $0.contains("database system is ready to accept connections")
            }
            #expect(ready)
        }
    }
}
