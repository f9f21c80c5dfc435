import Glibc

/// The number of this process's TCP sockets that stand at one port, or are connected to the other.
func openSockets(at port: UInt16, orConnectedTo server: UInt16) -> Int {
    (0..<4_096).count { descriptor in
        unsafe tcpPort(of: descriptor, asked: getsockname) == port
            || tcpPort(of: descriptor, asked: getpeername) == server
    }
}

private func tcpPort(
    of descriptor: Int32,
    asked name: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
) -> UInt16? {
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            unsafe name(descriptor, $0, &length)
        }
    }
    guard result == 0, address.sin_family == sa_family_t(AF_INET) else { return nil }
    return UInt16(bigEndian: address.sin_port)
}
