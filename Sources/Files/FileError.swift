import Glibc

/// What was refused at a file.
public struct FileError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was to be done.
    public enum Operation: String, Sendable {
        case create
        case open
        case read
        case write
        case giveAway = "give away"
        case moveIntoPlace = "move into place"
    }

    /// Why it was refused.
    public enum Reason: Sendable, Equatable {
        /// The system said so, with this error number.
        case system(Int32)
        /// It is a directory, a pipe or a device.
        case notRegular
        /// It is larger than so many bytes.
        case tooLarge(Int)
        /// A pipe brought nothing for so long.
        case silent(Duration)
    }

    /// What was to be done.
    public let operation: Operation
    /// The file.
    public let path: String
    /// Why it was refused.
    public let reason: Reason

    /// Says what was refused at which file, and why.
    public init(_ operation: Operation, _ path: String, _ reason: Reason) {
        self.operation = operation
        self.path = path
        self.reason = reason
    }

    /// Takes the reason from `errno`.
    public init(_ operation: Operation, _ path: String) {
        self.init(operation, path, .system(errno))
    }

    /// Whether there is no such file.
    public var isMissing: Bool { reason == .system(ENOENT) }

    /// The reason alone, in words.
    public var description: String {
        switch reason {
        case .system(let number): Self.text(of: number)
        case .notRegular: "it is no regular file"
        case .tooLarge(let limit): "it is larger than \(limit >> 20) MiB"
        case .silent(let limit): "nothing came from it for \(limit.components.seconds) seconds"
        }
    }

    /// What the system says of an error number.
    public static func text(of number: Int32) -> String {
        unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
    }
}
