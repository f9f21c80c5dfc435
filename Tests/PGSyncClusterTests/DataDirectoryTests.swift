import Glibc
import Subprocesses
import Testing

@testable import PGSyncCluster

@Suite("Data directory", .timeLimit(.minutes(10)))
struct DataDirectoryTests {
    @Test("is made anew after an initdb that was killed, and nothing of that one stays")
    func isMadeAnew() async throws {
        try await ClusterFixture.with { fixture in
            let state = "\(fixture.directory)/state"
            let (user, binaries) = try await {
                let cluster = try await PrivateCluster(owning: fixture.configuration())
                return (cluster.user, cluster.binaries)
            }()
            let half = "\(state)/\(ClusterLayout.stagingPrefix)1"
            try FileSystem.makeDirectories(at: half, mode: 0o711)
            try FileSystem.makePrivateDirectory(at: "\(half)/data", owner: user)
            let initdb = ServerTools.invocation(binaries.initdb, ["-D", "\(half)/data"], user: user)
            try await ChildProcess.withRunning(initdb) { initdb in
                while FileSystem.entry(at: "\(half)/data/global") == nil {}
                initdb.send(signal: SIGKILL)
                let output = try await initdb.wait()
                #expect(output.status == .signaled(SIGKILL))
            }
            #expect(!FileSystem.names(in: "\(half)/data").isEmpty)

            let cluster = try await fixture.startedCluster()
            #expect(try await cluster.query("select 1") == "1")
            #expect(!FileSystem.names(in: state).contains { $0.hasPrefix(ClusterLayout.stagingPrefix) })
        }
    }

    @Test("is not made over something that is none")
    func isNotMadeOverSomethingElse() async throws {
        try await ClusterFixture.with { fixture in
            let data = try await {
                let cluster = try await PrivateCluster(owning: fixture.configuration())
                try FileSystem.makePrivateDirectory(at: cluster.layout.data, owner: cluster.user)
                try FileSystem.write("mine", to: "\(cluster.layout.data)/letter", mode: 0o600)
                return cluster.layout.data
            }()
            let error = await clusterError { _ = try await fixture.startedCluster() }
            #expect(error == .dataDirectoryIncomplete(data))
            #expect(FileSystem.contents(of: "\(data)/letter") == "mine")
        }
    }

    @Test("of another version is named with both versions", arguments: ["13", "99", "9.6"])
    func ofAnotherVersion(version: String) async throws {
        try await ClusterFixture.with { fixture in
            let (data, binaries) = try await {
                let cluster = try await fixture.startedCluster()
                try await cluster.stop()
                let path = "\(cluster.layout.data)/PG_VERSION"
                try FileSystem.write("\(version)\n", to: path, mode: 0o600, owner: cluster.user)
                let error = await clusterError { try await cluster.start() }
                guard case .startFailed(_, let log) = error,
                    log.contains(where: { $0.contains("incompatible") })
                else {
                    throw Unexpected(what: "PostgreSQL itself does not mind: \(String(describing: error))")
                }
                return (cluster.layout.data, cluster.binaries)
            }()
            let error = await clusterError { _ = try await fixture.startedCluster() }
            #expect(error == .versionMismatch(dataDirectory: data, found: version, offered: nil))

            // A version that pgsync supports, but that is not there.
            let missing = try #require(ServerBinaries.supportedMajors.first { $0 != binaries.major })
            try FileSystem.write("\(missing)\n", to: "\(data)/PG_VERSION", mode: 0o644)
            var configuration = fixture.configuration()
            configuration.environment["PGSYNC_PG_BINDIR"] = binaries.directory
            let refusal = await clusterError { _ = try await PrivateCluster(owning: configuration) }
            #expect(
                refusal
                    == .versionMismatch(dataDirectory: data, found: String(missing), offered: binaries.major)
            )
        }
    }

    @Test("is refused while other users may read it, with the command that closes it")
    func isRefusedWhileOpen() async throws {
        try await ClusterFixture.with { fixture in
            let cluster = try await fixture.startedCluster()
            try await cluster.stop()
            let data = cluster.layout.data
            try await run("chmod", "755", data)
            let error = await clusterError { try await cluster.start() }
            #expect(error == .dataDirectoryOpenToOthers(data, mode: "755"))
            #expect(error?.description.contains("chmod 700 \(data)") == true)
            try await run("chmod", "700", data)
            try await cluster.start()
        }
    }

    @Test("of another user is refused", .enabled(if: isRoot, "only root can give away"))
    func ofAnotherUser() async throws {
        try await ClusterFixture.with { fixture in
            let cluster = try await fixture.startedCluster()
            try await cluster.stop()
            try await run("chown", "daemon", cluster.layout.data)
            let error = await clusterError { try await cluster.start() }
            #expect(
                error
                    == .dataDirectoryNotOurs(
                        cluster.layout.data,
                        owner: "daemon",
                        expected: cluster.user.name
                    )
            )
        }
    }

    @Test(
        "says so when the disk is full, while it is made as well as later",
        .enabled(if: isRoot, "NOT TESTED: only root can mount a small disk")
    )
    func saysWhenTheDiskIsFull() async throws {
        try await ClusterFixture.with { fixture in
            let disk = "\(fixture.directory)/disk"
            try FileSystem.makeDirectories(at: disk, mode: 0o711)
            try await run("mount", "-t", "tmpfs", "-o", "size=16m,mode=711", "tmpfs", disk)
            var failure: (any Error)?
            do {
                try await fillsUp(disk, fixture)
            } catch {
                failure = error
            }
            try await run("umount", "--lazy", disk)
            if let failure { throw failure }
        }
    }

    private func fillsUp(_ disk: String, _ fixture: ClusterFixture) async throws {
        let cluster = try await PrivateCluster(owning: fixture.configuration("disk/state"))
        let state = cluster.layout.state
        let first = await clusterError { try await cluster.start() }
        guard case .diskFull(state, let log) = first else {
            throw Unexpected(what: String(describing: first))
        }
        #expect(log.contains { $0.contains("No space left on device") })
        #expect(!FileSystem.names(in: state).contains { $0.hasPrefix(ClusterLayout.stagingPrefix) })

        try await run("mount", "-o", "remount,size=200m", disk)
        try await cluster.start()
        try await cluster.stop()
        let filler = try await ChildProcess.run(
            Invocation("dd", ["if=/dev/zero", "of=\(disk)/filler", "bs=64k"])
        )
        #expect(!filler.status.isSuccess, "the disk is not full")
        let second = await clusterError { try await cluster.start() }
        guard case .diskFull(let path, _) = second, path.hasPrefix(state) else {
            throw Unexpected(what: String(describing: second))
        }
        try FileSystem.remove("\(disk)/filler")
        try await cluster.start()
        #expect(try await cluster.query("select 1") == "1")
        try await cluster.destroy()
    }
}

struct Unexpected: Error { let what: String }
