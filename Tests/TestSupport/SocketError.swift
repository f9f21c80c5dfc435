import Glibc

/// A system call on a socket that failed.
package struct SocketError: Error, Equatable, CustomStringConvertible {
    package let operation: String
    package let code: Int32

    package var description: String { unsafe "\(operation): \(String(cString: strerror(code)))" }
}
