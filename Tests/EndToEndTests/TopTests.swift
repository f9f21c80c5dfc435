import Glibc
import PGSyncCluster
import Subprocesses
import TestSupport
import Testing

@Suite("pgsync top, as built, on a terminal", .timeLimit(.minutes(5)))
struct TopTests {
    @Test("goes on when the server comes back, and leaves the terminal as it was when somebody presses q")
    func outlivesARestart() async throws {
        try await OwnCluster.with { cluster in
            try await TestDatabase.with(on: cluster) { database in
                let url = cluster.connectionString(database: database.name)
                _ = try await BuiltProgram.run("migrate", database: url).checked()
                try await OnTerminal.with("top --interval 200ms", database: url) { terminal in
                    try await eventually { terminal.screen.contains("q: quit") }
                    try await cluster.stop(.fast)
                    try await eventually { terminal.screen.contains("CONNECTION LOST; reconnecting") }
                    try await cluster.start()
                    try await eventually {
                        terminal.screen.contains("q: quit")
                            && !terminal.screen.contains("CONNECTION LOST")
                    }
                    terminal.press("q")
                    let output = try await terminal.end()
                    #expect(output.status == .exited(0))
                    #expect(terminal.everything.hasSuffix("\u{1B}[?25h\u{1B}[?1049l"))
                }
            }
        }
    }
}

/// The program on a pseudo-terminal of script(1), whose keyboard is a named pipe.
struct OnTerminal {
    private let child: ChildProcess
    private let keyboard: Int32
    private let path: String

    static func with(
        _ arguments: String,
        database: String,
        _ body: (OnTerminal) async throws -> Void
    ) async throws {
        let path = "\(ScratchSpace.directory)/pgsync-terminal-\(UInt64.random(in: 0 ... .max))"
        defer { for name in [path, "\(path).keys"] { unsafe unlink(name) } }
        try #require(unsafe mkfifo("\(path).keys", 0o600) == 0)
        // Opened for both, it waits for nobody.
        let keyboard = unsafe open("\(path).keys", O_RDWR | O_CLOEXEC)
        try #require(keyboard >= 0)
        defer { close(keyboard) }
        var invocation = try BuiltProgram.invocation([], environment: ["PGSYNC_DATABASE_URL": database])
        let command = "stty columns 100 rows 30; exec '\(invocation.executable)' \(arguments)"
        invocation.arguments = ["-c", "exec script -qefc \"$0\" \(path) < \(path).keys", command]
        invocation.executable = "sh"
        try await ChildProcess.withRunning(invocation) { child in
            try await body(OnTerminal(child: child, keyboard: keyboard, path: path))
        }
    }

    /// All that was written to the terminal, without what script(1) says before and after.
    var everything: String {
        let text = (try? Files.read(path)) ?? ""
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let own = lines.drop { $0.hasPrefix("Script started") }
        return own.prefix { !$0.hasPrefix("Script done") }.joined(separator: "\n")
            .trimmingSuffix { $0 == "\n" || $0 == "\r" }
    }

    /// What was drawn last.
    var screen: Substring { everything.split(separator: "\u{1B}[H").last ?? "" }

    func press(_ key: String) { _ = unsafe write(keyboard, key, key.utf8.count) }

    func end() async throws -> ProcessOutput { try await child.wait() }
}

extension StringProtocol {
    fileprivate func trimmingSuffix(_ isTrimmed: (Character) -> Bool) -> String {
        var text = String(self)
        while let last = text.last, isTrimmed(last) { text.removeLast() }
        return text
    }
}
