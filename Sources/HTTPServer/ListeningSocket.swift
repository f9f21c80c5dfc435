import Glibc

/// The one owner of a socket that listens, until someone takes it over.
struct ListeningSocket: ~Copyable {
    /// The port that it was given.
    let port: UInt16
    private let descriptor: Int32

    /// Connections that the kernel completes before anyone accepts them.
    private static let backlog: Int32 = 128

    init(at address: ListenAddress) throws(ListenError) {
        let family = address.family == .version6 ? AF_INET6 : AF_INET
        let type = SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
        let descriptor = socket(family, Int32(type), 0)
        guard descriptor >= 0 else { throw Self.failure(at: address) }
        // Connections of an earlier server that are still ending do not block the port.
        var isReady = Self.set(SO_REUSEADDR, of: descriptor, at: SOL_SOCKET, to: 1)
        // All addresses are those of both families, whatever the machine is set to.
        if family == AF_INET6 {
            isReady = isReady && Self.set(IPV6_V6ONLY, of: descriptor, at: Int32(IPPROTO_IPV6), to: 0)
        }
        guard isReady, unsafe address.withSockAddr({ unsafe bind(descriptor, $0, $1) }) == 0,
            listen(descriptor, Self.backlog) == 0, let port = Self.port(of: descriptor)
        else {
            let failure = Self.failure(at: address)
            close(descriptor)
            throw failure
        }
        self.port = port
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Hands the descriptor to someone who closes it.
    consuming func release() -> Int32 {
        let descriptor = descriptor
        discard self
        return descriptor
    }

    private static func set(_ option: Int32, of descriptor: Int32, at level: Int32, to value: Int32) -> Bool {
        var value = value
        return unsafe setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size)) == 0
    }

    private static func port(of descriptor: Int32) -> UInt16? {
        var address = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let result = unsafe withUnsafeMutableBytes(of: &address) { bytes in
            unsafe getsockname(descriptor, bytes.assumingMemoryBound(to: sockaddr.self).baseAddress, &length)
        }
        // The port is at the same place in both families.
        return result == 0 ? UInt16(bigEndian: address.sin6_port) : nil
    }

    private static func failure(at address: ListenAddress) -> ListenError {
        switch errno {
        case EADDRINUSE: .inUse(address)
        case EADDRNOTAVAIL: .notOfThisMachine(address)
        case EACCES, EPERM: .notPermitted(address)
        case let code: unsafe .failed(address, reason: String(cString: strerror(code)))
        }
    }
}
