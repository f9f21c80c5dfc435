import CMicroHTTPD
import Concurrency
import Glibc

/// The one owner of a libmicrohttpd daemon, which answers on its own thread for as long as this lives.
@safe
struct DaemonHandle: ~Copyable {
    private let raw: OpaquePointer
    private let context: Unmanaged<DaemonContext>
    private let listening: Int32
    private let texts: [UnsafeMutablePointer<CChar>]

    /// Takes the socket over; nil when the system has no thread or no memory for it, or the certificate is none.
    init?(
        accepting socket: consuming ListeningSocket,
        limits: ServerLimits,
        identity: ServerIdentity?,
        context: DaemonContext
    ) {
        let retained = unsafe Unmanaged.passRetained(context)
        let texts = unsafe [identity?.certificate, identity?.privateKey].compactMap { $0 }.map {
            unsafe strdup($0)!
        }
        let listening = socket.release()
        var settings = unsafe mhd_settings(
            listening_socket: listening,
            most_connections: UInt32(limits.connections),
            idle_seconds: UInt32(max(limits.lifetime, limits.idleTime).components.seconds) + 1,
            connection_memory: limits.requestBytes,
            certificate: texts.first.map { unsafe UnsafePointer($0) },
            private_key: texts.last.map { unsafe UnsafePointer($0) }
        )
        let started = unsafe mhd_start(&settings, answer, noteTarget, complete, note, retained.toOpaque())
        guard let raw = unsafe started else {
            unsafe retained.release()
            unsafe texts.forEach { unsafe free($0) }
            close(listening)
            return nil
        }
        unsafe self.raw = raw
        unsafe self.context = retained
        unsafe self.texts = texts
        self.listening = listening
    }

    /// Refuses new connections from now on; those there are go on.
    func stopListening() {
        let descriptor = unsafe MHD_quiesce_daemon(raw)
        // The kernel would go on completing connections that nobody accepts.
        if descriptor >= 0 { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }

    deinit {
        // The daemon must not have a suspended connection: see WebServer.drain.
        unsafe MHD_stop_daemon(raw)
        close(listening)
        unsafe context.release()
        unsafe texts.forEach { unsafe free($0) }
    }
}

/// What the callbacks of a daemon work with.
final class DaemonContext: Sendable {
    let receive: @Sendable (HTTPHead) -> Reception
    let connections: OpenConnections
    let keepsConnections: Bool
    let isSecure: Bool
    private let exchanges = Locked(Exchanges())

    private struct Exchanges {
        var isStopping = false
        var open: [ObjectIdentifier: Exchange] = [:]
    }

    init(limits: ServerLimits, isSecure: Bool, receive: @escaping @Sendable (HTTPHead) -> Reception) {
        self.receive = receive
        self.isSecure = isSecure
        keepsConnections = limits.keepsConnections
        connections = OpenConnections(limits)
    }

    /// Begins an exchange, which is not answered by anyone else once the server stops.
    func begin(_ head: HTTPHead) -> Exchange {
        exchanges.withLock { state in
            let exchange = Exchange(
                head,
                state.isStopping ? .answer(.plain(503, "the server stops")) : receive(head)
            )
            state.open[ObjectIdentifier(exchange)] = exchange
            return exchange
        }
    }

    func end(_ exchange: Exchange) {
        exchange.end()
        exchanges.withLock { _ = $0.open.removeValue(forKey: ObjectIdentifier(exchange)) }
    }

    /// How many requests are under way. When there is none, no further one is taken.
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

private func daemonContext(_ raw: UnsafeMutableRawPointer) -> DaemonContext {
    unsafe Unmanaged<DaemonContext>.fromOpaque(raw).takeUnretainedValue()
}

private func note(
    _ context: UnsafeMutableRawPointer?,
    _ connection: OpaquePointer?,
    _ socketContext: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    _ event: MHD_ConnectionNotificationCode
) {
    guard let context = unsafe context, let connection = unsafe connection else { return }
    let connections = unsafe daemonContext(context).connections
    let number = UInt(bitPattern: connection)
    switch event {
    case .CONNECTION_NOTIFY_STARTED: connections.begin(number, descriptor: unsafe mhd_descriptor(connection))
    case .CONNECTION_NOTIFY_CLOSED: connections.end(number)
    @unknown default: break
    }
}

/// The first line of a request has come. Nothing is returned, because nobody would free it if no answer follows.
private func noteTarget(
    _ context: UnsafeMutableRawPointer?,
    _ target: UnsafePointer<CChar>?,
    _ connection: OpaquePointer?
) -> UnsafeMutableRawPointer? {
    if let context = unsafe context, let connection = unsafe connection, let target = unsafe target {
        unsafe daemonContext(context).connections.note(
            target: String(validatingCString: target),
            of: UInt(bitPattern: connection)
        )
    }
    return nil
}

private func complete(
    _ context: UnsafeMutableRawPointer?,
    _ connection: OpaquePointer?,
    _ requestContext: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    _ code: MHD_RequestTerminationCode
) {
    guard let context = unsafe context, let connection = unsafe connection,
        let retained = unsafe requestContext?.pointee
    else { return }
    let daemon = unsafe daemonContext(context)
    unsafe daemon.end(Unmanaged<Exchange>.fromOpaque(retained).takeRetainedValue())
    unsafe requestContext?.pointee = nil
    daemon.connections.awaitNext(UInt(bitPattern: connection))
}

/// Called when the headers of a request have come, with each part of its body, after the last, and when its answer is there.
private func answer(
    _ context: UnsafeMutableRawPointer?,
    _ connection: OpaquePointer?,
    _ path: UnsafePointer<CChar>?,
    _ method: UnsafePointer<CChar>?,
    _ version: UnsafePointer<CChar>?,
    _ upload: UnsafePointer<CChar>?,
    _ uploadSize: UnsafeMutablePointer<Int>?,
    _ requestContext: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
    guard let context = unsafe context, let connection = unsafe connection, let method = unsafe method,
        let uploadSize = unsafe uploadSize, let requestContext = unsafe requestContext
    else { return .NO }
    let daemon = unsafe daemonContext(context)
    let number = UInt(bitPattern: connection)
    guard let known = unsafe requestContext.pointee else {
        let head: HTTPHead
        switch unsafe requestHead(connection, method: method, version: version, of: daemon) {
        case .success(let complete): head = complete
        case .failure(let refusal):
            return unsafe send(refusal.response, to: connection, of: daemon, for: nil)
        }
        let exchange = daemon.begin(head)
        unsafe requestContext.pointee = Unmanaged.passRetained(exchange).toOpaque()
        daemon.connections.heard(number)
        switch exchange.reception {
        case .answer(let response) where head.hasBody || !daemon.keepsConnections:
            // With a body on its way, the library closes the connection after this.
            return unsafe send(response, to: connection, of: daemon, for: exchange)
        case .accept(let limit, _) where head["Content-Length"].flatMap({ Int($0) }) ?? 0 > limit:
            let refusal = HTTPResponse.plain(413, "the body is larger than \(limit) bytes")
            return unsafe send(refusal, to: connection, of: daemon, for: exchange)
        default: return .YES
        }
    }
    let exchange = unsafe Unmanaged<Exchange>.fromOpaque(known).takeUnretainedValue()
    if unsafe uploadSize.pointee > 0 {
        unsafe exchange.take(UnsafeRawBufferPointer(start: upload, count: uploadSize.pointee))
        unsafe uploadSize.pointee = 0
        return .YES
    }
    if case .answer(let response) = exchange.reception {
        return unsafe send(response, to: connection, of: daemon, for: exchange)
    }
    // The call after the task has a response. While the connection is suspended, none can be queued.
    if let response = exchange.response {
        return unsafe send(response, to: connection, of: daemon, for: exchange)
    }
    daemon.connections.isWorking(number)
    guard let refusal = exchange.respond(on: unsafe ConnectionReference(connection)) else { return .YES }
    return unsafe send(refusal, to: connection, of: daemon, for: exchange)
}

/// An answer to what is no request that can be understood in one way only.
private struct Refusal: Error {
    let response: HTTPResponse
}

private func requestHead(
    _ connection: OpaquePointer,
    method: UnsafePointer<CChar>,
    version: UnsafePointer<CChar>?,
    of daemon: DaemonContext
) -> Result<HTTPHead, Refusal> {
    let headers = unsafe requestHeaders(of: connection)
    func values(_ name: String) -> [String] { headers.filter { $0.name.lowercased() == name }.map(\.value) }
    let isOld = unsafe version.map { unsafe String(cString: $0) } == "HTTP/1.0"
    let lengths = values("content-length")
    let encodings = values("transfer-encoding")
    func refuse(_ sentence: String) -> Result<HTTPHead, Refusal> {
        .failure(Refusal(response: .plain(400, sentence)))
    }
    // What two readers could understand differently would let one request hide in another.
    switch values("host").count {
    case 0 where !isOld: return refuse("the request names no host")
    case 2...: return refuse("the request names more than one host")
    default: break
    }
    guard lengths.count <= 1, lengths.isEmpty || encodings.isEmpty else {
        return refuse("the length of the body is said more than once")
    }
    guard lengths.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
        encodings.count <= 1, encodings.allSatisfy({ $0.lowercased() == "chunked" })
    else { return refuse("the length of the body is not understood") }
    let (target, client) = daemon.connections.request(of: UInt(bitPattern: connection))
    guard let target, target.hasPrefix("/") else { return refuse("the path is not understood") }
    return .success(
        HTTPHead(
            method: unsafe String(cString: method),
            target: target,
            headers: headers,
            client: client,
            isSecure: daemon.isSecure,
            hasBody: lengths.contains { $0 != "0" } || !encodings.isEmpty
        )
    )
}

private final class HeaderList {
    var pairs: [(name: String, value: String)] = []
}

private func requestHeaders(of connection: OpaquePointer) -> [(name: String, value: String)] {
    let list = HeaderList()
    let pointer = unsafe Unmanaged.passUnretained(list).toOpaque()
    unsafe MHD_get_connection_values(
        connection,
        .HEADER_KIND,
        { context, _, name, value in
            guard let context = unsafe context, let name = unsafe name else { return .YES }
            unsafe Unmanaged<HeaderList>.fromOpaque(context).takeUnretainedValue().pairs.append(
                (String(cString: name), value.map { unsafe String(cString: $0) } ?? "")
            )
            return .YES
        },
        pointer
    )
    return list.pairs
}

private func send(
    _ response: HTTPResponse,
    to connection: OpaquePointer,
    of daemon: DaemonContext,
    for exchange: Exchange?
) -> MHD_Result {
    guard let raw = unsafe rawResponse(response, to: connection, for: exchange) else { return .NO }
    defer { unsafe MHD_destroy_response(raw) }
    if !daemon.keepsConnections { unsafe MHD_add_response_header(raw, "Connection", "close") }
    unsafe MHD_add_response_header(raw, "X-Content-Type-Options", "nosniff")
    for (name, value) in [
        ("Cache-Control", "no-store"),
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ] where response[name] == nil { unsafe MHD_add_response_header(raw, name, value) }
    for (name, value) in response.headers { unsafe MHD_add_response_header(raw, name, value) }
    if case .stream = response.body {
        daemon.connections.isStreaming(UInt(bitPattern: connection))
    } else {
        daemon.connections.isSending(UInt(bitPattern: connection))
    }
    return unsafe MHD_queue_response(connection, UInt32(response.status), raw)
}

/// What the callbacks of a stream work with.
private final class StreamContext {
    let stream: ResponseStream
    let connection: ConnectionReference

    init(_ stream: ResponseStream, _ connection: ConnectionReference) {
        self.stream = stream
        self.connection = connection
    }
}

private func rawResponse(
    _ response: HTTPResponse,
    to connection: OpaquePointer,
    for exchange: Exchange?
) -> OpaquePointer? {
    switch response.body {
    case .bytes(var body):
        return unsafe body.withUnsafeMutableBytes { bytes in
            unsafe MHD_create_response_from_buffer(bytes.count, bytes.baseAddress, .RESPMEM_MUST_COPY)
        }
    case .stream(let produce):
        // Nobody reads a body after HEAD, so that a stream would never be asked for.
        guard let exchange, exchange.head.method != "HEAD" else {
            return unsafe MHD_create_response_from_buffer(0, nil, .RESPMEM_PERSISTENT)
        }
        let stream = ResponseStream(produce)
        exchange.keep(stream)
        let context = unsafe Unmanaged.passRetained(
            StreamContext(stream, ConnectionReference(connection))
        )
        let raw = unsafe MHD_create_response_from_callback(
            mhd_size_unknown,
            16 << 10,
            { context, _, target, size in
                guard let context = unsafe context, let target = unsafe target else {
                    return mhd_end_of_stream
                }
                let own = unsafe Unmanaged<StreamContext>.fromOpaque(context).takeUnretainedValue()
                return unsafe own.stream.read(
                    into: UnsafeMutableRawBufferPointer(start: target, count: size),
                    of: own.connection
                )
            },
            context.toOpaque(),
            { context in
                guard let context = unsafe context else { return }
                unsafe Unmanaged<StreamContext>.fromOpaque(context).takeRetainedValue().stream.abandon()
            }
        )
        if unsafe raw == nil { unsafe context.release() }
        return unsafe raw
    }
}
