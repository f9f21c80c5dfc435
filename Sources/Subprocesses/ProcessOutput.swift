/// What a child process left behind: how it ended and what it wrote.
///
/// The child's own output is complete. Of processes that it left running, only what they wrote before its end
/// is here.
public struct ProcessOutput: Sendable {
    /// One captured stream.
    public struct Captured: Sendable {
        /// The first bytes that were written, up to the limit; none where the stream was not captured.
        public internal(set) var bytes: [UInt8] = []
        /// Whether more was written than was kept.
        public internal(set) var isTruncated = false

        /// The bytes as text; what is not UTF-8 is replaced.
        public var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    /// The words that were executed, joined for messages.
    public let command: String
    /// How the process ended.
    public let status: ExitStatus
    /// What was captured of standard output.
    public let standardOutput: Captured
    /// What was captured of standard error.
    public let standardError: Captured

    /// Returns itself after success and throws `SubprocessError.failed` otherwise.
    public func checked() throws(SubprocessError) -> ProcessOutput {
        guard status.isSuccess else { throw .failed(self) }
        return self
    }
}
