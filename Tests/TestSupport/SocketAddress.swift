import Glibc

/// Where a ``Socket`` listens or connects: this machine only.
package enum SocketAddress: Sendable, Equatable {
    /// A TCP port of 127.0.0.1; 0 asks for any free port.
    case loopback(port: UInt16)

    case unix(path: String)
}

extension SocketAddress {
    var family: Int32 {
        switch self {
        case .loopback: AF_INET
        case .unix: AF_UNIX
        }
    }

    /// Lends the address in the form that the kernel takes.
    func withSockAddr<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        switch self {
        case .loopback(let port):
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
            return unsafe Self.lend(address, to: body)
        case .unix(let path):
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            // A path that is too long is cut short here, and nobody is found at its end.
            unsafe withUnsafeMutableBytes(of: &address.sun_path) {
                unsafe $0.dropLast().copyBytes(from: path.utf8)
            }
            return unsafe Self.lend(address, to: body)
        }
    }

    private static func lend<Address, Result>(
        _ address: Address,
        to body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }
}
