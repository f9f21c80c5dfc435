internal import Glibc

/// Ports of 127.0.0.1.
enum LoopbackPort {
    /// A port that nobody uses now, chosen by the kernel.
    static func free() throws -> Int {
        guard let port = bind(to: 0) else { throw ClusterError.portInUse(0) }
        return port
    }

    /// Whether a server could listen there now.
    static func isFree(_ port: Int) -> Bool { bind(to: port) != nil }

    private static func bind(to port: Int) -> Int? {
        guard let number = in_port_t(exactly: port) else { return nil }
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        // As PostgreSQL does: connections of an earlier server that are still ending do not block the port.
        var on: Int32 = 1
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = number.bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                // Listening, not only binding, is what a second server on the port cannot do.
                unsafe Glibc.bind(descriptor, generic, size) == 0 && listen(descriptor, 1) == 0
                    && getsockname(descriptor, generic, &size) == 0
            }
        }
        return isBound ? Int(in_port_t(bigEndian: address.sin_port)) : nil
    }
}
