/// Shows a progress bar: redrawn in place on a terminal, as a plain line now and then elsewhere.
public struct ProgressWriter {
    private let bar: ProgressBar
    private let stream: any OutputStream
    private let interval: Duration
    private let isInteractive: Bool
    private var lastShown: Duration?

    /// Creates a writer that has shown nothing yet.
    public init(_ bar: ProgressBar, to stream: any OutputStream) {
        self.bar = bar
        self.stream = stream
        self.isInteractive = stream.terminal.isInteractive
        self.interval = isInteractive ? .milliseconds(100) : .seconds(10)
    }

    /// Shows the state unless one was shown a moment ago.
    public mutating func update(completed: Int, elapsed: Duration) throws {
        if let lastShown, elapsed - lastShown < interval { return }
        lastShown = elapsed
        try show(completed, elapsed, ending: isInteractive ? "" : "\n")
    }

    /// Shows the final state and ends the line.
    public mutating func finish(completed: Int, elapsed: Duration) throws {
        try show(completed, elapsed, ending: "\n")
    }

    private func show(_ completed: Int, _ elapsed: Duration, ending: String) throws {
        // One column stays free: some terminals wrap as soon as the last one is written.
        let line = bar.line(completed: completed, elapsed: elapsed, width: stream.terminal.columns - 1)
        try stream.writeUnescaped((isInteractive ? "\r\u{1B}[K" : "") + line + ending)
    }
}
