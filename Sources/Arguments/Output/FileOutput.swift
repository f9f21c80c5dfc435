import Glibc

/// A stream to a file descriptor, unbuffered.
public struct FileOutput: OutputStream {
    /// The standard output of this process.
    public static let standardOutput = FileOutput(descriptor: STDOUT_FILENO)
    /// The standard error of this process.
    public static let standardError = FileOutput(descriptor: STDERR_FILENO)

    private let descriptor: Int32

    /// Creates a stream to a descriptor that stays open and is closed by someone else.
    public init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// What the descriptor leads to right now; a terminal can change its width.
    public var terminal: Terminal { Terminal(descriptor: descriptor, environment: .process) }

    /// Writes all of the text, waiting for a slow reader.
    public func writeUnescaped(_ text: String) throws {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { bytes in
                unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
            }
            guard count < 0 else {
                rest = rest.dropFirst(count)
                continue
            }
            let number = errno
            switch number {
            case EINTR: continue
            case EAGAIN:
                var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                unsafe poll(&request, 1, -1)
            case EPIPE: throw OutputError.closed
            default: throw OutputError.refused(number, unsafe String(cString: strerror(number)))
            }
        }
    }
}
