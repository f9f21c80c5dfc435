import Glibc
import Subprocesses
import Testing

@testable import PGSyncCluster

@Suite("Private cluster", .timeLimit(.minutes(10)))
struct PrivateClusterTests {
    @Test("lives from nothing to nothing: start, stop, start again, restart, destroy")
    func lives() async throws {
        try await ClusterFixture.with { fixture in
            let cluster = try await PrivateCluster(owning: fixture.configuration())
            #expect(try await cluster.status() == .absent)
            try await cluster.start()
            #expect(try await cluster.query("select 40 + 2") == "42")
            _ = try await cluster.query("create table kept (a int); insert into kept values (7)")

            let first = try #require(try await cluster.pid())
            try await cluster.start()
            #expect(try await cluster.pid() == first, "starting a running server changes nothing")

            try await cluster.stop()
            #expect(try await cluster.status() == .stopped)
            let processes = ServerProcesses(layout: cluster.layout, userID: cluster.user.userID)
            #expect(processes.all().isEmpty)
            try await cluster.stop()

            try await cluster.start()
            #expect(try await cluster.query("select a from kept") == "7")
            let second = try #require(try await cluster.pid())
            try await cluster.restart()
            #expect(try await cluster.pid() != second)

            try await cluster.destroy()
            #expect(try await cluster.status() == .absent)
            #expect(FileSystem.entry(at: "\(fixture.directory)/state") == nil)
        }
    }

    @Test("speaks UTF-8, checks its pages, and writes its errors in English")
    func isSetUpWell() async throws {
        try await ClusterFixture.with { fixture in
            let cluster = try await fixture.startedCluster()
            let answer = try await cluster.query(
                """
                select string_agg(setting, ' ' order by name) from pg_settings
                where name in ('server_encoding', 'data_checksums', 'lc_messages', 'listen_addresses')
                """
            )
            #expect(answer == "on C.UTF-8  UTF8" || answer == "on C  UTF8")
            #expect(try await cluster.query("select upper('äß')") == "Äß")
        }
    }

    @Test("keeps what was committed when its server is crashed")
    func survivesACrash() async throws {
        try await ClusterFixture.with { fixture in
            var configuration = fixture.configuration()
            configuration.profile = .durable
            let cluster = try await PrivateCluster(owning: configuration)
            try await cluster.start()
            _ = try await cluster.query("create table kept as select generate_series(1, 1000) as a")
            let pid = try #require(try await cluster.pid())
            try await cluster.crash()
            #expect(try await cluster.status() == .stale(pid: pid))
            #expect(ServerProcesses(layout: cluster.layout, userID: cluster.user.userID).all().isEmpty)
            try await cluster.start()
            #expect(try await cluster.query("select count(*) from kept") == "1000")
            let log = ServerLog.tail(in: cluster.layout).joined(separator: "\n")
            #expect(log.contains("database system was not properly shut down"), "it was no crash")
        }
    }

    @Test("tells when its server was started")
    func tellsTheStartTime() async throws {
        try await ClusterFixture.with { fixture in
            _ = try await fixture.startedCluster()
            let state = "\(fixture.directory)/state"
            guard case .running(_, let start, let isReady) = try await PrivateCluster.status(of: state) else {
                Issue.record("not running")
                return
            }
            #expect(isReady)
            let age = Duration.seconds(Int64(time(nil))) - start
            #expect(age >= .zero && age < .seconds(60))
            #expect(try await PrivateCluster.status(of: "\(fixture.directory)/other") == .absent)
        }
    }

    @Test("refuses a second master, and names the first")
    func refusesASecondMaster() async throws {
        try await ClusterFixture.with { fixture in
            let first = try await PrivateCluster(owning: fixture.configuration())
            let state = first.layout.state
            let error = await clusterError { _ = try await PrivateCluster(owning: fixture.configuration()) }
            #expect(error == .inUse(directory: state, pid: getpid()))
            #expect(error?.description == "\(state) is in use by process \(getpid()); stop that one first")
            try await first.destroy()
        }
    }

    @Test("says so when a client keeps a smart stop from ending")
    func timesOutASmartStop() async throws {
        try await ClusterFixture.with { fixture in
            let cluster = try await fixture.startedCluster()
            let pid = try #require(try await cluster.pid())
            let sleeper = cluster.psql("select pg_sleep(600)", cluster.connectionString(database: "postgres"))
            try await ChildProcess.withRunning(sleeper) { _ in
                while try await cluster.query(
                    "select count(*) from pg_stat_activity where query ~ '^select pg_sleep'"
                ) != "1" {}
                let error = await clusterError { try await cluster.stop(.smart, timeout: .milliseconds(200)) }
                #expect(
                    error
                        == .stopTimedOut(directory: cluster.layout.state, pid: pid, after: .milliseconds(200))
                )
                try await cluster.stop(.immediate)
            }
            #expect(try await cluster.pid() == nil)
        }
    }

    @Test("sweeps away test clusters whose master is dead, and only those")
    func sweepsAbandonedClusters() async throws {
        try await ClusterFixture.with { fixture in
            let alive = try await fixture.startedCluster("alive")
            var durable = fixture.configuration("durable")
            durable.profile = .durable
            // To let go of a cluster without stopping it is what a killed master does.
            do { _ = try await PrivateCluster(owning: durable) }
            let abandoned = try await fixture.startedCluster("abandoned").pid()
            let pid = try #require(abandoned)
            let status = try await PrivateCluster.status(of: "\(fixture.directory)/abandoned")
            #expect(status != .stopped, "its server has to outlive it")

            let swept = try await PrivateCluster.sweepAbandoned(in: fixture.directory)
            #expect(swept == ["\(fixture.directory)/abandoned"])
            #expect(FileSystem.contents(of: "/proc/\(pid)/cmdline") ?? "" == "")
            #expect(FileSystem.names(in: fixture.directory) == ["alive", "durable"])
            #expect(try await alive.query("select 1") == "1")
            #expect(try await PrivateCluster.sweepAbandoned(in: fixture.directory).isEmpty)
        }
    }

    @Test("stops and starts even when the task is cancelled meanwhile, as far as it began")
    func stopsInACancelledTask() async throws {
        try await ClusterFixture.with { fixture in
            let cluster = try await fixture.startedCluster()
            await withTaskGroup(of: Void.self) { group in
                group.cancelAll()
                group.addTask { try? await cluster.stop() }
            }
            #expect(try await cluster.pid() == nil)
        }
    }
}
