import Glibc
import Concurrency
import Services
import Testing

/// The running helper process of the tests, which listens to real signals.
final class SignalProbe: Sendable {
    private let process: pid_t
    private let output: Int32
    private let state = Locked(State())

    private struct State {
        var text = ""
        var exitCode: Int32?
    }

    init(arguments: [String] = []) throws {
        var ends: [Int32] = [0, 0]
        try #require(unsafe pipe(&ends) == 0)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        defer { close(ends[1]) }

        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)

        let program = try Self.path()
        var argv = unsafe ([program] + arguments).map { unsafe strdup($0) } + [nil]
        defer { unsafe argv.forEach { unsafe free($0) } }
        var process: pid_t = 0
        try #require(unsafe posix_spawn(&process, program, &actions, nil, &argv, environ) == 0)
        self.process = process
        self.output = ends[0]
    }

    deinit {
        if exitCode == nil {
            kill(process, SIGKILL)
            waitpid(process, nil, 0)
        }
        close(output)
    }

    /// What the process has said so far.
    var lines: [String] {
        state.withLock { state in
            var buffer = [UInt8](repeating: 0, count: 1_024)
            let count = unsafe read(output, &buffer, buffer.count)
            if count > 0 { state.text += String(decoding: buffer[..<count], as: UTF8.self) }
            return state.text.split(separator: "\n").map(String.init)
        }
    }

    /// The exit code of the process once it has ended; a death by a signal is the signal's number, negative.
    var exitCode: Int32? {
        state.withLock { state in
            var status: Int32 = 0
            if state.exitCode == nil, unsafe waitpid(process, &status, WNOHANG) == process {
                state.exitCode = status & 0x7F == 0 ? status >> 8 & 0xFF : -(status & 0x7F)
            }
            return state.exitCode
        }
    }

    func send(_ signal: Signal) {
        kill(process, signal.rawValue)
    }

    /// The helper stands beside the test program.
    private static func path() throws -> String {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let length = unsafe readlink("/proc/self/exe", &buffer, buffer.count)
        try #require(length > 0)
        let path = String(decoding: buffer[..<length], as: UTF8.self)
        let directory = try #require(path.lastIndex(of: "/"))
        return path[...directory] + "SignalProbe"
    }
}
