import CMicroHTTPD

// What libmicrohttpd calls, on its thread.

private func daemonContext(_ raw: UnsafeMutableRawPointer) -> DaemonContext {
    unsafe Unmanaged<DaemonContext>.fromOpaque(raw).takeUnretainedValue()
}

func note(
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

/// The first line of a request has come.
///
/// Nothing is returned, because nobody would free it if no answer follows.
func noteTarget(
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

func complete(
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
func answer(
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
        case .accept(let limit, _) where head["Content-Length"].map({ Int($0) ?? Int.max }) ?? 0 > limit:
            return unsafe send(daemon.tooLarge(limit), to: connection, of: daemon, for: exchange)
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

private func send(
    _ response: HTTPResponse,
    to connection: OpaquePointer,
    of daemon: DaemonContext,
    for exchange: Exchange?
) -> MHD_Result {
    guard let raw = unsafe rawResponse(response, to: connection, for: exchange) else { return .NO }
    defer { unsafe MHD_destroy_response(raw) }
    // What could not be understood may have more behind it that is not a request.
    if !daemon.keepsConnections || exchange == nil {
        unsafe MHD_add_response_header(raw, "Connection", "close")
    }
    unsafe MHD_add_response_header(raw, "X-Content-Type-Options", "nosniff")
    for (name, value) in [
        ("Cache-Control", "no-store"),
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ] where response[name] == nil { unsafe MHD_add_response_header(raw, name, value) }
    for (name, value) in response.headers { unsafe MHD_add_response_header(raw, name, value) }
    // The kernel takes minutes of events for a client that reads nothing, unless it is told to take less.
    if let size = response.sendBuffer {
        mhd_limit_send_buffer(unsafe mhd_descriptor(connection), Int32(size))
    }
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
