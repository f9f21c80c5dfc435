/// Where a child process's output goes.
public enum OutputTarget: Sendable {
    /// Kept in memory up to a number of bytes; what exceeds it is read and dropped, so that the child never blocks.
    case captured(limit: Int = 1 << 20)
    /// Given line by line, without the line ends, to a stream that finishes when the child has ended.
    ///
    /// A line longer than 64 KiB arrives in pieces. How much waits for a slow reader is the stream's own policy.
    case lines(AsyncStream<String>.Continuation)
    /// Where ours goes.
    case inherited
    /// Appended to a file, which is created if missing, readable by its owner alone.
    case file(String)
    /// Thrown away.
    case discarded
}
