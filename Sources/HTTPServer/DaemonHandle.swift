import CMicroHTTPD
import Concurrency
import Glibc

/// The one owner of a libmicrohttpd daemon, which answers on its own thread for as long as this lives.
@safe
struct DaemonHandle: ~Copyable {
    private let raw: OpaquePointer
    private let context: Unmanaged<DaemonContext>
    /// The listening socket, once the daemon has given it back.
    private var listening: Int32 = -1
    /// The same while the daemon has it.
    private let socket: Int32
    private let texts: [UnsafeMutablePointer<CChar>?]

    /// Takes the socket over; nil when the system has no thread or no memory for it, or the certificate is none.
    init?(
        accepting socket: Int32,
        limits: ServerLimits,
        identity: ServerIdentity?,
        context: DaemonContext
    ) {
        let retained = unsafe Unmanaged.passRetained(context)
        // They outlive the daemon.
        let texts = unsafe [identity?.certificate, identity?.privateKey, identity?.authorities].map { text in
            unsafe text.flatMap { unsafe strdup($0) }
        }
        var settings = unsafe mhd_settings(
            listening_socket: socket,
            most_connections: UInt32(limits.connections),
            idle_seconds: UInt32(max(limits.lifetime, limits.idleTime).components.seconds) + 1,
            connection_memory: limits.requestBytes,
            certificate: texts[0].map { unsafe UnsafePointer($0) },
            private_key: texts[1].map { unsafe UnsafePointer($0) },
            authorities: texts[2].map { unsafe UnsafePointer($0) }
        )
        let started = unsafe mhd_start(&settings, answer, noteTarget, complete, note, retained.toOpaque())
        guard let raw = unsafe started else {
            unsafe retained.release()
            unsafe texts.forEach { unsafe free($0) }
            return nil
        }
        unsafe self.raw = raw
        unsafe self.context = retained
        unsafe self.texts = texts
        self.socket = socket
    }

    /// Whether nobody is connected any more.
    var isUnused: Bool { unsafe mhd_connections(raw) == 0 }

    /// Another descriptor of the socket, for a daemon that takes this one's place; nil if there is none left.
    func copyOfSocket() -> Int32? {
        let copy = fcntl(socket, F_DUPFD_CLOEXEC, 0)
        return copy < 0 ? nil : copy
    }

    /// Leaves new connections to the daemon that has a copy of the socket; those there are go on.
    mutating func leaveListening() { listening = unsafe MHD_quiesce_daemon(raw) }

    /// Refuses new connections from now on; those there are go on.
    mutating func stopListening() {
        listening = unsafe MHD_quiesce_daemon(raw)
        // The kernel would go on completing connections that nobody accepts.
        if listening >= 0 { mhd_cut(listening) }
    }

    deinit {
        // The daemon must not have a suspended connection: see WebServer.drain.
        unsafe MHD_stop_daemon(raw)
        if listening >= 0 { close(listening) }
        unsafe context.release()
        unsafe texts.forEach { unsafe free($0) }
    }
}

/// What the callbacks of a daemon work with.
final class DaemonContext: Sendable {
    let receive: @Sendable (HTTPHead) -> Reception
    let connections: OpenConnections
    let keepsConnections: Bool
    let tooLarge: @Sendable (Int) -> HTTPResponse
    let isSecure: Bool
    let asksForCertificates: Bool
    private let exchanges = Locked(Exchanges())

    private struct Exchanges {
        var isStopping = false
        var open: [ObjectIdentifier: Exchange] = [:]
    }

    init(
        limits: ServerLimits,
        identity: ServerIdentity?,
        receive: @escaping @Sendable (HTTPHead) -> Reception
    ) {
        self.receive = receive
        isSecure = identity != nil
        asksForCertificates = identity?.authorities != nil
        keepsConnections = limits.keepsConnections
        tooLarge = limits.tooLarge
        connections = OpenConnections(limits)
    }

    /// Begins an exchange, which is not answered by anyone else once the server stops.
    func begin(_ head: HTTPHead) -> Exchange {
        exchanges.withLock { state in
            let exchange = Exchange(
                head,
                state.isStopping ? .answer(.plain(503, "the server stops")) : receive(head),
                tooLarge: tooLarge
            )
            state.open[ObjectIdentifier(exchange)] = exchange
            return exchange
        }
    }

    func end(_ exchange: Exchange) {
        exchange.end()
        exchanges.withLock { _ = $0.open.removeValue(forKey: ObjectIdentifier(exchange)) }
    }

    /// Takes no further request if none is under way; false if some are.
    func stopIfIdle() -> Bool {
        exchanges.withLock { state in
            if state.open.isEmpty { state.isStopping = true }
            return state.open.isEmpty
        }
    }

    /// Takes no further request and ends those under way; false while there are some.
    func stopAll() -> Bool {
        let open = exchanges.withLock { state in
            state.isStopping = true
            return Array(state.open.values)
        }
        for exchange in open { exchange.stop() }
        return open.isEmpty
    }
}
