import Glibc
import JSON
import PGSyncWorker
import Testing

@testable import PGSyncCLI

@Suite("HealthFile")
struct HealthFileTests {
    private let file = HealthFile(path: "/tmp/pgsync-health-\(UInt64.random(in: 0 ... .max))")

    private func write(_ state: WorkerHealth.State, at now: Duration = HealthStatement.uptime) throws {
        let health = WorkerHealth(state: state, posters: 2, connectedPosters: 1)
        try file.write(HealthStatement(health, at: now))
    }

    @Test("shows a worker that is well, and only one that is", arguments: WorkerHealth.State.allCases)
    func states(state: WorkerHealth.State) throws {
        defer { file.remove() }
        try write(state)
        let complaint = file.complaint()
        #expect((complaint == nil) == (state == .ready), "\(complaint ?? "")")
    }

    @Test(
        "of a worker that does not renew it shows that, and so does one from before the machine was started"
    )
    func age() throws {
        defer { file.remove() }
        try write(.ready, at: .seconds(100))
        #expect(file.complaint(at: .seconds(115)) == nil)
        #expect(file.complaint(at: .seconds(116))?.contains("has not updated") == true)
        #expect(file.complaint(at: .seconds(5))?.contains("longer than this machine runs") == true)
    }

    @Test("is not there once the worker has ended, and cannot be where there is no place")
    func ends() throws {
        try write(.ready)
        file.remove()
        #expect(file.complaint()?.hasPrefix("no worker updates") == true)
        #expect(throws: CommandError.self) {
            try HealthFile(path: "/nonexistent/health").write(
                HealthStatement(WorkerHealth(state: .ready, posters: 1))
            )
        }
    }

    @Test("is told from other files")
    func strange() {
        #expect(
            HealthFile(path: "/proc/self/status").complaint()?.contains("is not the health file") == true
        )
    }

    @Test("complains of what a worker fails at while it posts")
    func problems() throws {
        defer { file.remove() }
        let problems = ["capture fails: permission denied", "process 7 holds 1024 locks"]
        try file.write(HealthStatement(WorkerHealth(state: .ready, posters: 1, problems: problems)))
        #expect(file.complaint() == "capture fails: permission denied; process 7 holds 1024 locks")
    }

    @Test("tells how long the worker has run, not the machine")
    func uptime() throws {
        let statement = HealthStatement(WorkerHealth(state: .ready, posters: 1))
        let seconds = try #require(statement.json["uptime_seconds"]?.number?.double)
        #expect(seconds < HealthStatement.uptime / .seconds(1) - 1)
    }

    @Test("waits for nobody and writes into nothing that somebody has put there")
    func planted() throws {
        defer { file.remove() }
        #expect(unsafe mkfifo(file.path, 0o600) == 0)
        #expect(file.complaint()?.contains("no regular file") == true)
        file.remove()
        let partial = "\(file.path).\(getpid()).partial"
        let victim = "\(file.path).victim"
        defer { unsafe unlink(victim) }
        #expect(unsafe mkfifo(partial, 0o600) == 0)
        try write(.ready)
        #expect(file.complaint() == nil)
        close(unsafe open(victim, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600))
        #expect(unsafe link(victim, partial) == 0)
        try write(.ready)
        var status = stat()
        #expect(unsafe stat(victim, &status) == 0 && status.st_size == 0)
    }
}
