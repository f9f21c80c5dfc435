import Glibc
import Subprocesses
import Testing

@testable import PGSyncCluster

@Suite("Start of a private cluster", .timeLimit(.minutes(10)))
struct PrivateClusterStartTests {
    @Test("adopts a server whose master is dead")
    func adoptsARunningServer() async throws {
        try await ClusterFixture.with { fixture in
            // To let go of a cluster without stopping it is what a killed master does.
            let abandoned = try await fixture.startedCluster().pid()
            let pid = try #require(abandoned)
            let heir = try await fixture.startedCluster()
            #expect(try await heir.pid() == pid)
            #expect(try await heir.query("select 1") == "1")
        }
    }

    @Test("restarts a server of a dead master where other settings are wanted")
    func restartsWithOtherSettings() async throws {
        try await ClusterFixture.with { fixture in
            let abandoned = try await fixture.startedCluster().pid()
            var configuration = fixture.configuration()
            configuration.settings["work_mem"] = "7MB"
            let heir = try await PrivateCluster(owning: configuration)
            try await heir.start()
            #expect(try await heir.pid() != abandoned)
            #expect(try await heir.query("show work_mem") == "7MB")
        }
    }

    @Test("keeps a port that was chosen freely while its server runs")
    func keepsAFreePort() async throws {
        try await ClusterFixture.with { fixture in
            var configuration = fixture.configuration()
            configuration.listening = .loopback(port: 0)
            func start() async throws -> (Int, Int32?) {
                let cluster = try await PrivateCluster(owning: configuration)
                try await cluster.start()
                return (cluster.port, try await cluster.pid())
            }
            let first = try await start()
            let second = try await start()
            #expect(first == second)
        }
    }

    @Test("gets over a note of a dead server whose number a stranger has now")
    func getsOverARecycledNumber() async throws {
        try await ClusterFixture.with { fixture in
            let cluster = try await fixture.startedCluster()
            let note = try #require(FileSystem.contents(of: cluster.layout.postmasterFile))
            try await cluster.stop()
            var stranger = Invocation("sleep", ["600"])
            stranger.user = cluster.user
            try await ChildProcess.withRunning(stranger) { stranger in
                let pid = stranger.processIdentifier
                let lines = note.split(separator: "\n", maxSplits: 1)
                try FileSystem.write(
                    "\(pid)\n\(lines[1])",
                    to: cluster.layout.postmasterFile,
                    mode: 0o600,
                    owner: cluster.user
                )
                #expect(try await cluster.status() == .stale(pid: pid))
                let bare = try await ChildProcess.run(
                    ServerTools.invocation(
                        cluster.binaries.postgres,
                        ["-D", cluster.layout.data],
                        user: cluster.user
                    )
                )
                #expect(bare.standardError.text.contains("lock file \"postmaster.pid\" already exists"))
                try await cluster.start()
                #expect(try await cluster.query("select 1") == "1")
                #expect(stranger.send(signal: 0), "the stranger has to live on")
            }
        }
    }

    @Test("ends sessions that outlived a killed postmaster")
    func endsOrphans() async throws {
        try await ClusterFixture.with { fixture in
            let cluster = try await fixture.startedCluster()
            let busy = cluster.psql(
                "select count(*) from generate_series(1, 1000000000000) as busy",
                cluster.connectionString(database: "postgres")
            )
            try await ChildProcess.withRunning(busy) { _ in
                let sql = "select pid from pg_stat_activity where query ~ 'as busy$'"
                var orphan: Int32?
                while orphan == nil { orphan = Int32(try await cluster.query(sql)) }
                kill(try #require(try await cluster.pid()), SIGKILL)
                while try await cluster.pid() != nil {}
                let processes = ServerProcesses(layout: cluster.layout, userID: cluster.user.userID)
                #expect(processes.all().contains(try #require(orphan)), "there was no orphan")
                try await cluster.start()
                #expect(!processes.all().contains(try #require(orphan)))
                #expect(try await cluster.query("select 1") == "1")
            }
        }
    }

    @Test("names a port that another program uses, and finds a free one when asked")
    func namesAPortInUse() async throws {
        try await ClusterFixture.with { fixture in
            var configuration = fixture.configuration("first")
            configuration.listening = .loopback(port: 0)
            let first = try await PrivateCluster(owning: configuration)
            try await first.start()

            configuration.stateDirectory = "\(fixture.directory)/second"
            configuration.listening = .loopback(port: first.port)
            let second = try await PrivateCluster(owning: configuration)
            #expect(await clusterError { try await second.start() } == .portInUse(first.port))
            #expect(ClusterError.portInUse(first.port).description.contains("port \(first.port)"))
        }
    }

    @Test("shows the server's own words when it does not start")
    func showsTheLog() async throws {
        try await ClusterFixture.with { fixture in
            var configuration = fixture.configuration()
            configuration.settings["shared_buffers"] = "lots"
            let cluster = try await PrivateCluster(owning: configuration)
            let error = await clusterError { try await cluster.start() }
            guard case .startFailed(cluster.layout.state, let log) = error else {
                Issue.record("unexpected: \(String(describing: error))")
                return
            }
            #expect(log.contains { $0.contains(#"invalid value for parameter "shared_buffers": "lots""#) })
        }
    }

    @Test("says so when the server takes too long, and leaves it to recover")
    func saysWhenItTakesTooLong() async throws {
        try await ClusterFixture.with { fixture in
            try await fixture.startedCluster().stop()
            var configuration = fixture.configuration()
            configuration.startTimeout = .seconds(1)
            configuration.settings["restore_command"] = "sleep 600"
            let cluster = try await PrivateCluster(owning: configuration)
            let request = "\(cluster.layout.data)/recovery.signal"
            try FileSystem.write("", to: request, mode: 0o600, owner: cluster.user)
            let error = await clusterError { try await cluster.start() }
            guard case .startTimedOut(cluster.layout.state, .seconds(1), _) = error else {
                Issue.record("unexpected: \(String(describing: error))")
                return
            }
            #expect(try await cluster.pid() != nil)
            try await cluster.stop(.immediate)
        }
    }

    @Test("starts below a long path, with its socket in a short directory that nobody else can use")
    func startsBelowALongPath() async throws {
        try await ClusterFixture.with { fixture in
            let cluster = try await fixture.startedCluster(String(repeating: "long", count: 30))
            let sockets = cluster.socketDirectory
            #expect(sockets.hasPrefix("/tmp/pgsync-") && sockets.utf8.count < 60)
            let entry = try #require(FileSystem.entry(at: sockets))
            #expect(entry.owner == cluster.user.userID && entry.permissions == 0o700)
            #expect(try await cluster.query("select 1") == "1")
            try await cluster.destroy()
            #expect(FileSystem.entry(at: sockets) == nil)
        }
    }

    @Test(
        "does not use a socket directory that somebody else made",
        .enabled(if: isRoot, "only root can give away")
    )
    func refusesATakenSocketDirectory() async throws {
        try await ClusterFixture.with { fixture in
            let name = String(repeating: "long", count: 30)
            let cluster = try await PrivateCluster(owning: fixture.configuration(name))
            try await run("mkdir", cluster.socketDirectory)
            try await run("chown", "nobody", cluster.socketDirectory)
            let error = await clusterError { try await cluster.start() }
            #expect(error == .directoryTaken(cluster.socketDirectory, owner: "nobody"))
            try await cluster.destroy()
        }
    }
}
