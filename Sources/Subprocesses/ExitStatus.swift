import Glibc

/// How a process ended.
public enum ExitStatus: Sendable, Equatable {
    /// It ended by itself with this exit code.
    case exited(Int32)
    /// A signal of this number ended it.
    case signaled(Int32)
    /// It ended, but someone else took the status: the kernel does where this process ignores SIGCHLD.
    case unknown

    /// Whether it ended by itself with exit code zero.
    public var isSuccess: Bool { self == .exited(0) }

    /// Reads the status word of `waitpid`, whose macros Swift does not see.
    init(waitStatus: Int32) {
        let signal = waitStatus & 0x7f
        self = signal == 0 ? .exited((waitStatus >> 8) & 0xff) : .signaled(signal)
    }
}

extension ExitStatus: CustomStringConvertible {
    /// The end in words, for messages.
    public var description: String {
        switch self {
        case .exited(let code): "exit code \(code)"
        case .signaled(let number): "signal \(number)"
        case .unknown: "an unknown status"
        }
    }
}
