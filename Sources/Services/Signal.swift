import Glibc

/// A POSIX signal that a process may be sent.
public struct Signal: RawRepresentable, Sendable, Hashable {
    /// The number by which the system knows it.
    public let rawValue: Int32

    /// Names a signal by its number.
    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// Control-C at a terminal.
    public static let interrupt = Signal(rawValue: SIGINT)
    /// The polite request to end, as service managers send it.
    public static let terminate = Signal(rawValue: SIGTERM)
    /// By custom the request to read the configuration again.
    public static let hangUp = Signal(rawValue: SIGHUP)

    /// The exit code by which shells tell that a process ended because of this signal.
    public var exitCode: Int32 { 128 + rawValue }
}
