import Glibc
import Concurrency
import Subprocesses
import Testing

@Suite("Child process", .timeLimit(.minutes(10)))
struct ChildProcessTests {
    @Test("passes arguments as they are, without a shell")
    func passesArgumentsAsTheyAre() async throws {
        let output = try await ChildProcess.run(
            Invocation("printf", ["%s|", "a b", "$HOME", "; exit 3", ""])
        )
        #expect(output.standardOutput.text == "a b|$HOME|; exit 3||")
        #expect(output.status == .exited(0))
    }

    @Test("keeps the two output streams apart and reports the exit code")
    func keepsStreamsApart() async throws {
        let output = try await ChildProcess.run(Invocation("sh", ["-c", "echo out; echo err >&2; exit 7"]))
        #expect(output.standardOutput.text == "out\n")
        #expect(output.standardError.text == "err\n")
        #expect(output.status == .exited(7))
        #expect(throws: SubprocessError.self) { try output.checked() }
    }

    @Test("reports the signal that ended the program")
    func reportsTheSignal() async throws {
        let output = try await ChildProcess.run(Invocation("sh", ["-c", "kill -9 $$"]))
        #expect(output.status == .signaled(SIGKILL))
    }

    @Test("feeds input larger than a pipe, even to a program that reads none of it")
    func feedsLargeInput() async throws {
        var reader = Invocation("wc", ["-c"])
        reader.standardInput = .bytes([UInt8](repeating: 120, count: 3_000_000))
        #expect(try await ChildProcess.run(reader).standardOutput.text == "3000000\n")
        var ignorer = Invocation("true")
        ignorer.standardInput = reader.standardInput
        #expect(try await ChildProcess.run(ignorer).status.isSuccess)
    }

    @Test("keeps output up to its limit and lets the program write on")
    func boundsCapturedOutput() async throws {
        var invocation = Invocation("head", ["-c", "2000000", "/dev/zero"])
        invocation.standardOutput = .captured(limit: 1_000)
        let output = try await ChildProcess.run(invocation)
        #expect(output.status.isSuccess)
        #expect(output.standardOutput.bytes.count == 1_000)
        #expect(output.standardOutput.isTruncated)
    }

    @Test("streams lines while the program still runs, and ends the stream with it")
    func streamsLines() async throws {
        let (lines, continuation) = AsyncStream<String>.makeStream()
        var invocation = Invocation("sh", ["-c", "printf 'one\\ntwo\\nthree'; exec sleep 600"])
        invocation.standardOutput = .lines(continuation)
        let seen = try await ChildProcess.withRunning(invocation) { child in
            var seen: [String] = []
            for await line in lines {
                seen.append(line)
                if line == "two" { child.send(signal: SIGKILL) }
            }
            return seen
        }
        #expect(seen == ["one", "two", "three"])
    }

    @Test("ends the stream of lines when the program cannot be started")
    func endsTheStreamOfAFailedStart() async throws {
        let (lines, continuation) = AsyncStream<String>.makeStream()
        var invocation = Invocation("/nonexistent/program")
        invocation.standardOutput = .lines(continuation)
        await #expect(throws: SubprocessError.self) { try await ChildProcess.run(invocation) }
        for await line in lines { Issue.record("unexpected line \(line)") }
    }

    @Test("appends output to a file that only its owner can read")
    func appendsToAFile() async throws {
        try await withTemporaryDirectory { directory in
            var invocation = Invocation("echo", ["line"])
            invocation.standardOutput = .file("\(directory)/log")
            for _ in 0..<2 { _ = try await ChildProcess.run(invocation).checked() }
            let shown = try await ChildProcess.run(Invocation("stat", ["-c", "%a %s", "\(directory)/log"]))
            #expect(shown.standardOutput.text == "600 10\n")
        }
    }

    @Test("does not wait for processes that outlive the program")
    func doesNotWaitForGrandchildren() async throws {
        let output = try await ChildProcess.run(Invocation("sh", ["-c", "sleep 600 & echo $!"]))
        let grandchild = try #require(Int32(output.standardOutput.text.dropLast()))
        #expect(kill(grandchild, SIGKILL) == 0)
    }

    @Test("signals the whole group of a program that has its own", arguments: [true, false])
    func signalsTheGroup(ownSession: Bool) async throws {
        let (lines, continuation) = AsyncStream<String>.makeStream()
        var invocation = Invocation("sh", ["-c", "sleep 600 & echo $!; wait"])
        invocation.standardOutput = .lines(continuation)
        invocation.grouping = ownSession ? .newSession : .newGroup
        let grandchild = try await ChildProcess.withRunning(invocation) { child in
            #expect(getpgid(child.processIdentifier) == child.processIdentifier)
            #expect((getsid(child.processIdentifier) == child.processIdentifier) == ownSession)
            for await line in lines { return Int32(line) }
            return nil
        }
        try await waitUntilGone(try #require(grandchild))
    }

    @Test("starts programs with no descriptor but the standard ones")
    func leaksNoDescriptor() async throws {
        let leaky = unsafe open("/dev/null", O_RDONLY)
        defer { close(leaky) }
        #expect(fcntl(leaky, F_GETFD) == 0, "the descriptor would be inherited")
        // The listing itself holds descriptor 3.
        let output = try await ChildProcess.run(Invocation("ls", ["/proc/self/fd"]))
        #expect(output.standardOutput.text == "0\n1\n2\n3\n")
    }

    @Test("starts programs with no signal blocked or ignored")
    func resetsSignals() async throws {
        let previous = signal(SIGUSR2, SIG_IGN)
        defer { _ = signal(SIGUSR2, previous) }
        let output = try await ChildProcess.run(
            Invocation("sed", ["-nE", "s/^Sig(Blk|Ign):.//p", "/proc/self/status"])
        )
        let masks = output.standardOutput.text.split(separator: "\n").map { UInt64($0, radix: 16) }
        // Signals from 32 on belong to the C library, which leaves them alone.
        #expect(masks.map { $0.map { $0 & 0x7fff_ffff } } == [0, 0])
    }

    @Test("ends an overlong program, first politely, then by force")
    func endsAnOverlongProgram() async throws {
        var polite = Invocation(
            "sh",
            ["-c", "trap 'echo bye; exit 0' TERM; echo hello; while :; do sleep 0.01; done"]
        )
        polite.terminationGrace = .seconds(30)
        let politeOutput = try await outputOfTimedOut(polite)
        #expect(politeOutput.status == .exited(0))
        #expect(politeOutput.standardOutput.text == "hello\nbye\n")

        var stubborn = Invocation("sh", ["-c", "trap '' TERM; echo hello; while :; do sleep 0.01; done"])
        stubborn.terminationGrace = .milliseconds(100)
        #expect(try await outputOfTimedOut(stubborn).status == .signaled(SIGKILL))
    }

    private func outputOfTimedOut(_ invocation: Invocation) async throws -> ProcessOutput {
        for timeout in [300, 3_000, 30_000].map(Duration.milliseconds) {
            do {
                _ = try await ChildProcess.run(invocation, timeout: timeout)
            } catch SubprocessError.timedOut(let output, after: timeout) {
                // On a busy machine it may have had no time to begin.
                if output.standardOutput.text.hasPrefix("hello\n") { return output }
            }
        }
        throw Unexpected(what: "the program was not ended, or never began")
    }

    @Test("ends the program when the task is cancelled, and only then returns")
    func endsWithTheTask() async throws {
        let pid = Locked<Int32>(0)
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await ChildProcess.withRunning(Invocation("sleep", ["600"])) { child in
                    pid.withLock { $0 = child.processIdentifier }
                    _ = try await child.wait()
                }
            }
            while pid.withLock({ $0 }) == 0 { await Task.yield() }
            group.cancelAll()
            await #expect(throws: CancellationError.self) { try await group.next() }
        }
        #expect(kill(pid.withLock { $0 }, 0) == -1 && errno == ESRCH)
    }

    @Test("sends no signal once the status is collected")
    func sendsNothingAfterTheEnd() async throws {
        try await ChildProcess.withRunning(Invocation("true")) { child in
            _ = try await child.wait()
            #expect(!child.send(signal: 0))
        }
        try await ChildProcess.withRunning(Invocation("sleep", ["600"])) { child in
            #expect(child.send(signal: 0))
        }
    }

    @Test("leaves a launched program running, unless the launch fails")
    func leavesALaunchedProgramRunning() async throws {
        var server = Invocation("sleep", ["600"])
        server.grouping = .newSession
        let launched = try await ChildProcess.launch(server) { $0 }
        #expect(launched.send(signal: 0))
        #expect(await launched.terminate().status == .signaled(SIGTERM))

        let failed = Locked<ChildProcess?>(nil)
        await #expect(throws: Unexpected.self) {
            try await ChildProcess.launch(server) { child in
                failed.withLock { $0 = child }
                throw Unexpected(what: "not ready")
            }
        }
        #expect(failed.withLock { $0 }?.send(signal: 0) == false)
    }

    @Test("tells a missing program from a missing working directory")
    func tellsWhatIsMissing() async throws {
        do {
            _ = try await ChildProcess.run(Invocation("/usr/bin/no-such-program"))
            Issue.record("started")
        } catch SubprocessError.cannotExecute("/usr/bin/no-such-program", errno: ENOENT) {}

        var invocation = Invocation("true")
        invocation.workingDirectory = "/nonexistent"
        do {
            _ = try await ChildProcess.run(invocation)
            Issue.record("started")
        } catch SubprocessError.cannotEnterDirectory("/nonexistent", errno: ENOENT) {}
    }

    @Test("runs in the given working directory")
    func entersTheWorkingDirectory() async throws {
        var invocation = Invocation("pwd")
        invocation.workingDirectory = "/usr"
        #expect(try await ChildProcess.run(invocation).standardOutput.text == "/usr\n")
    }

    @Test("refuses an argument with a zero byte")
    func refusesZeroBytes() async throws {
        await #expect(throws: SubprocessError.self) {
            try await ChildProcess.run(Invocation("echo", ["a\0b"]))
        }
    }

    @Test("runs a hundred programs at a time without blocking the task pool")
    func runsManyAtOnce() async throws {
        let started = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<100 {
                group.addTask { _ = try await ChildProcess.run(Invocation("sleep", ["1"])).checked() }
            }
            try await group.waitForAll()
        }
        #expect(ContinuousClock.now - started < .seconds(60), "they ran one after another")
    }

    @Test(
        "runs as another user, who is the process itself and not a child of it",
        .enabled(if: geteuid() == 0, "only root can become another user")
    )
    func runsAsAnotherUser() async throws {
        let nobody = try #require(UserAccount(named: "nobody"))
        var invocation = Invocation("sh", ["-c", "id -u; id -G; echo $$ $USER"])
        invocation.user = nobody
        let (pid, output) = try await ChildProcess.withRunning(invocation) { child in
            (child.processIdentifier, try await child.wait())
        }
        #expect(output.standardOutput.text == "\(nobody.userID)\n\(nobody.groupID)\n\(pid) nobody\n")
    }

    @Test("dies with its parent when asked to")
    func diesWithItsParent() async throws {
        var invocation = Invocation("setpriv", ["--dump"])
        invocation.diesWithParent = true
        let output = try await ChildProcess.run(invocation).checked()
        #expect(output.standardOutput.text.contains("Parent death signal: KILL"))
    }
}

private struct Unexpected: Error { let what: String }

/// Waits until a process that is not our child has ended.
private func waitUntilGone(_ pid: Int32) async throws {
    // A zombie whose new parent has not yet looked after it is gone, too.
    while true {
        let shown = try await ChildProcess.run(Invocation("ps", ["-o", "stat=", "-p", String(pid)]))
        if shown.standardOutput.bytes.isEmpty || shown.standardOutput.text.hasPrefix("Z") { return }
    }
}

/// Lends a directory that is removed afterwards.
func withTemporaryDirectory(_ body: (String) async throws -> Void) async throws {
    let made = try await ChildProcess.run(Invocation("mktemp", ["-d"])).checked()
    let directory = String(made.standardOutput.text.dropLast())
    do {
        try await body(directory)
    } catch {
        _ = try await ChildProcess.run(Invocation("rm", ["-rf", directory]))
        throw error
    }
    _ = try await ChildProcess.run(Invocation("rm", ["-rf", directory]))
}
