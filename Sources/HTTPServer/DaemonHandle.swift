import CMicroHTTPD

/// The one owner of a libmicrohttpd daemon, which answers on its own thread for as long as this lives.
@safe
struct DaemonHandle: ~Copyable {
    private let raw: OpaquePointer
    private let context: Unmanaged<DaemonContext>

    /// Takes the socket over; nil when the system has no thread or no memory for it.
    init?(accepting socket: consuming ListeningSocket, limits: ServerLimits, context: DaemonContext) {
        let retained = unsafe Unmanaged.passRetained(context)
        let started = unsafe mhd_start(
            socket.release(),
            UInt32(limits.connections),
            UInt32(limits.lifetime.components.seconds) + 1,
            limits.requestBytes,
            answer,
            note,
            retained.toOpaque()
        )
        guard let raw = unsafe started else {
            unsafe retained.release()
            return nil
        }
        unsafe self.raw = raw
        unsafe self.context = retained
    }

    deinit {
        // Waits for its thread, which never waits for anyone.
        unsafe MHD_stop_daemon(raw)
        unsafe context.release()
    }
}

/// What the callbacks of a daemon work with.
final class DaemonContext: Sendable {
    let site: Site
    let connections: OpenConnections

    init(site: Site, limits: ServerLimits) {
        self.site = site
        connections = OpenConnections(limits)
    }
}

private func note(
    _ context: UnsafeMutableRawPointer?,
    _ connection: OpaquePointer?,
    _ socketContext: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    _ event: MHD_ConnectionNotificationCode
) {
    guard let context = unsafe context, let connection = unsafe connection else { return }
    let connections = unsafe Unmanaged<DaemonContext>.fromOpaque(context).takeUnretainedValue().connections
    let number = UInt(bitPattern: connection)
    switch event {
    case .CONNECTION_NOTIFY_STARTED: connections.begin(number, descriptor: unsafe mhd_descriptor(connection))
    case .CONNECTION_NOTIFY_CLOSED: connections.end(number)
    @unknown default: break
    }
}

/// Called once for each request, when its headers have come: an answer at once ends the matter.
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
    guard let context = unsafe context, let connection = unsafe connection, let path = unsafe path,
        let method = unsafe method
    else { return .NO }
    let daemon = unsafe Unmanaged<DaemonContext>.fromOpaque(context).takeUnretainedValue()
    daemon.connections.heard(UInt(bitPattern: connection))
    let response = unsafe daemon.site.response(
        method: String(cString: method),
        path: String(cString: path),
        lacksHost: lacksHost(connection, version),
        hasBody: hasBody(connection)
    )
    return unsafe send(response, to: connection)
}

/// Since HTTP/1.1 a request names its host.
private func lacksHost(_ connection: OpaquePointer, _ version: UnsafePointer<CChar>?) -> Bool {
    guard let version = unsafe version, unsafe String(cString: version) != "HTTP/1.0" else { return false }
    return unsafe MHD_lookup_connection_value(connection, .HEADER_KIND, "Host") == nil
}

private func hasBody(_ connection: OpaquePointer) -> Bool {
    let length = unsafe MHD_lookup_connection_value(connection, .HEADER_KIND, "Content-Length")
    if let length = unsafe length, unsafe String(cString: length) != "0" { return true }
    return unsafe MHD_lookup_connection_value(connection, .HEADER_KIND, "Transfer-Encoding") != nil
}

private func send(_ response: HTTPResponse, to connection: OpaquePointer) -> MHD_Result {
    var body = Array(response.body.utf8)
    let created = unsafe body.withUnsafeMutableBytes { bytes in
        unsafe MHD_create_response_from_buffer(bytes.count, bytes.baseAddress, .RESPMEM_MUST_COPY)
    }
    guard let raw = unsafe created else { return .NO }
    defer { unsafe MHD_destroy_response(raw) }
    var headers = [
        ("Content-Type", response.contentType),
        // One request for each connection: then its age is all that needs a limit.
        ("Connection", "close"),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ]
    if let allow = response.allow { headers.append(("Allow", allow)) }
    for (name, value) in headers { unsafe MHD_add_response_header(raw, name, value) }
    return unsafe MHD_queue_response(connection, UInt32(response.status), raw)
}
