import Glibc

/// Tells whoever started this process how it is, in the way of systemd: datagrams to the socket it names.
///
/// A process that nobody supervises in this way has none. What cannot be delivered is dropped: a worker must not fail,
/// or wait, because its supervisor does.
public struct Supervisor: Sendable {
    /// What there is to say.
    public enum Message: Sendable, Equatable {
        /// It has started and does its work.
        case ready
        /// It has begun to end.
        case stopping
        /// It is alive; to be said within ``watchdogInterval``.
        case alive
        /// A line for people.
        case status(String)

        var text: String {
            switch self {
            case .ready: "READY=1"
            case .stopping: "STOPPING=1"
            case .alive: "WATCHDOG=1"
            case .status(let line): "STATUS=\(line.split(whereSeparator: \.isNewline).joined(separator: " "))"
            }
        }
    }

    /// Within which time the supervisor wants to hear that the process is alive; it is ended otherwise.
    public let watchdogInterval: Duration?
    private let path: String

    /// Finds the supervisor of this process by its environment, where `NOTIFY_SOCKET` names a path or, with a leading
    /// `@`, an abstract socket.
    public init?(processID: Int32? = nil, environment: (String) -> String?) {
        guard let path = environment("NOTIFY_SOCKET"), let first = path.first, "@/".contains(first),
            path.utf8.count < Self.longestPath
        else { return nil }
        self.path = path
        // The variable is inherited by programs that are not meant.
        let isMeant = environment("WATCHDOG_PID").map { Int32($0) == processID ?? getpid() } ?? true
        watchdogInterval =
            isMeant
            ? environment("WATCHDOG_USEC").flatMap { Int64($0) }.flatMap { $0 > 0 ? .microseconds($0) : nil }
            : nil
    }

    /// Says something, and returns whether it was taken.
    @discardableResult
    public func tell(_ messages: Message...) -> Bool {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        let text = Array(messages.map(\.text).joined(separator: "\n").utf8)
        let sent = unsafe withAddress { address, length in
            unsafe sendto(
                descriptor,
                text,
                text.count,
                Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL),
                address,
                length
            )
        }
        return sent == text.count
    }

    /// The room for a path in the address of a socket.
    private static let longestPath = MemoryLayout<sockaddr_un>.size - pathOffset
    private static let pathOffset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2

    /// Lends the address in the form that the kernel takes; an abstract one begins with a zero and has no end but its length.
    private func withAddress(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int) -> Int {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(path.utf8)
        if bytes.first == UInt8(ascii: "@") { bytes[0] = 0 }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let length = socklen_t(Self.pathOffset + bytes.count)
        return unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, length) }
        }
    }
}
