import Glibc
import Subprocesses
import Testing

@testable import PGSyncCluster

@Suite("Owner lock", .timeLimit(.minutes(10)))
struct OwnerLockTests {
    @Test("is free again as soon as its owner is killed")
    func isFreeAfterAKill() async throws {
        try await ClusterFixture.with { fixture in
            let path = "\(fixture.directory)/lock"
            let (lines, continuation) = AsyncStream<String>.makeStream()
            var owner = Invocation("sh", ["-c", "exec 9>'\(path)'; flock 9; echo locked; exec sleep 600"])
            owner.standardOutput = .lines(continuation)
            try await ChildProcess.withRunning(owner) { owner in
                for await _ in lines { break }
                #expect(throws: ClusterError.inUse(directory: "here", pid: nil)) {
                    _ = try OwnerLock(at: path, directory: "here", profile: .testing)
                }
                owner.send(signal: SIGKILL)
                _ = try await owner.wait()
                _ = try OwnerLock(at: path, directory: "here", profile: .testing)
            }
            #expect(OwnerLock.note(in: path)?.pid == getpid())
            #expect(OwnerLock.note(in: path)?.profile == .testing)
            try FileSystem.remove(path)
        }
    }

    @Test("is not taken from a cluster that never was")
    func isNotMadeForTheDead() {
        #expect(throws: ClusterError.self) {
            _ = try OwnerLock(abandonedAt: "/tmp/pgsync-no-such-lock", directory: "here")
        }
        #expect(FileSystem.entry(at: "/tmp/pgsync-no-such-lock") == nil)
    }
}
