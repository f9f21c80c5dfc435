import Arguments
import VisibleText

/// Shows what a start is doing: with the seconds running on a terminal, as plain lines elsewhere.
struct StartProgress {
    let isShown: Bool
    let stream: any OutputStream

    func say(_ text: String) {
        // That nobody reads it is no reason to stop.
        if isShown { try? stream.write(text + "\n") }
    }

    /// Runs something that may take a while.
    func step(_ label: String, _ work: () async throws -> Void) async throws {
        let start = ContinuousClock.now
        guard isShown, stream.terminal.isInteractive else {
            say("\(label) …")
            return try await work()
        }
        try await withThrowingTaskGroup(of: Void.self) { [stream] group in
            defer { group.cancelAll() }
            group.addTask {
                while true {
                    let elapsed = Int((ContinuousClock.now - start) / .seconds(1))
                    try stream.writeUnescaped("\r\u{1B}[K\(label.visible) … \(elapsed) s")
                    try await Task.sleep(for: .milliseconds(200))
                }
            }
            try await work()
        }
        try stream.writeUnescaped("\r\u{1B}[K")
        say("\(label): \((ContinuousClock.now - start).text)")
    }
}
