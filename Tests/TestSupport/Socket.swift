import Glibc

/// The owner of a stream socket that never blocks and is not inherited by child processes.
package final class Socket: Sendable {
    /// What a call that never blocks can find in the receive buffer.
    package enum Received {
        case bytes([UInt8])
        case nothing
        case end
        case failure(SocketError)
    }

    package let descriptor: Int32

    private init(owning descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Two sockets connected to each other.
    package static func pair() throws -> (Socket, Socket) {
        var descriptors: [Int32] = [-1, -1]
        let result = unsafe socketpair(AF_UNIX, streamType, 0, &descriptors)
        try check(result, "socketpair")
        return (Socket(owning: descriptors[0]), Socket(owning: descriptors[1]))
    }

    /// A socket that holds its address: several may share one TCP port, which nobody else is given.
    package static func bound(to address: SocketAddress) throws -> Socket {
        let socket = try Socket(for: address)
        if case .loopback = address { try socket.enable(SO_REUSEPORT, at: SOL_SOCKET) }
        try check(unsafe address.withSockAddr { unsafe bind(socket.descriptor, $0, $1) }, "bind")
        return socket
    }

    /// A socket that accepts connections.
    package static func listening(at address: SocketAddress) throws -> Socket {
        let socket = try bound(to: address)
        try check(listen(socket.descriptor, SOMAXCONN), "listen")
        return socket
    }

    /// A socket whose connection exists or is under way; one that fails shows in the first transfer.
    package static func connecting(to address: SocketAddress) throws -> Socket {
        let socket = try Socket(for: address)
        let result = unsafe address.withSockAddr { unsafe connect(socket.descriptor, $0, $1) }
        if result != 0, errno != EINPROGRESS { throw SocketError(operation: "connect", code: errno) }
        return socket
    }

    private convenience init(for address: SocketAddress) throws {
        let descriptor = socket(address.family, Self.streamType, 0)
        try Self.check(descriptor, "socket")
        self.init(owning: descriptor)
        // Small messages must not wait for one another.
        if case .loopback = address { try enable(TCP_NODELAY, at: Int32(IPPROTO_TCP)) }
    }

    /// The TCP port it is bound to.
    package var port: UInt16 {
        get throws {
            var address = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let result = unsafe withUnsafeMutableBytes(of: &address) { bytes in
                unsafe getsockname(
                    descriptor,
                    bytes.assumingMemoryBound(to: sockaddr.self).baseAddress,
                    &length
                )
            }
            try Self.check(result, "getsockname")
            return UInt16(bigEndian: address.sin_port)
        }
    }

    /// The next connection made to a listening socket, if there is one.
    package func accept() -> Socket? {
        let accepted = Glibc.accept(descriptor, nil, nil)
        guard accepted >= 0 else { return nil }
        let socket = Socket(owning: accepted)
        // Glibc's module has no accept4, so a child started just now may inherit a copy: see ``shutDown()``.
        _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
        _ = fcntl(accepted, F_SETFL, O_NONBLOCK)
        // Fails on a Unix socket, which does not need it.
        try? socket.enable(TCP_NODELAY, at: Int32(IPPROTO_TCP))
        return socket
    }

    package func receive(atMost limit: Int = 65_536) -> Received {
        var count = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: limit) { buffer, initialized in
            count = unsafe recv(descriptor, buffer.baseAddress, limit, 0)
            initialized = max(count, 0)
        }
        return switch count {
        case 1...: .bytes(bytes)
        case 0: .end
        default:
            errno == EAGAIN || errno == EINTR
                ? .nothing : .failure(SocketError(operation: "recv", code: errno))
        }
    }

    /// Whether bytes, the end or a failure wait to be received.
    package var hasSomethingToReceive: Bool {
        var byte: UInt8 = 0
        return unsafe recv(descriptor, &byte, 1, Int32(MSG_PEEK)) >= 0 || errno != EAGAIN
    }

    /// Sends what fits into the buffer and returns how much that was; nil if the connection is gone.
    package func send(_ bytes: ArraySlice<UInt8>) -> Int? {
        let count = unsafe bytes.withUnsafeBytes { buffer in
            unsafe Glibc.send(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_NOSIGNAL))
        }
        if count >= 0 { return count }
        return errno == EAGAIN || errno == EINTR ? 0 : nil
    }

    /// Tells the other side that nothing more will come; it can still be heard.
    package func endSending() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Ends both directions, or the listening, at once, even while a thread waits or a child holds a copy.
    package func shutDown() {
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    /// Makes the close of this socket a reset.
    package func resetOnClose() {
        var abruptly = linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &abruptly, socklen_t(MemoryLayout<linger>.size))
    }

    private func enable(_ option: Int32, at level: Int32) throws {
        var on: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        try Self.check(unsafe setsockopt(descriptor, level, option, &on, size), "setsockopt")
    }

    private static let streamType = Int32(
        SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
    )

    private static func check(_ result: Int32, _ operation: String) throws {
        if result < 0 { throw SocketError(operation: operation, code: errno) }
    }
}
