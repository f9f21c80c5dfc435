import Concurrency

/// A stream into memory, for tests of what a command writes.
public struct CapturedOutput: OutputStream {
    /// What the stream pretends to lead to.
    public let terminal: Terminal
    private let content = Locked("")

    /// Creates an empty stream.
    public init(terminal: Terminal = Terminal()) {
        self.terminal = terminal
    }

    /// Everything written so far.
    public var text: String { content.withLock { $0 } }

    /// Keeps the text.
    public func writeUnescaped(_ text: String) {
        content.withLock { $0 += text }
    }
}
