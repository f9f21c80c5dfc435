/// Answers GET and HEAD for a few paths over plain HTTP/1.1, one request for each connection.
///
/// It takes no request body and looks at hardly a header, so there is little that a client could do to it: connections are
/// few and short, answers are made on one thread, by closures that must not block, and who comes while too many wait
/// takes the place of one that has said nothing yet.
public struct WebServer: Sendable {
    private let address: ListenAddress
    private let limits: ServerLimits
    private let site: Site

    /// How often connections are looked at that last too long, as a part of what a header may take.
    private static let looksPerHeader = 4

    /// A server that listens once it is ``run(_:)``; a path is compared as it was sent, without its query.
    public init(
        at address: ListenAddress,
        limits: ServerLimits = ServerLimits(),
        routes: [String: @Sendable () -> HTTPResponse]
    ) {
        self.address = address
        self.limits = limits
        site = Site(routes: routes)
    }

    /// Serves for as long as a closure runs, which is given the address with the port that was found.
    ///
    /// - Throws: ``ListenError`` before the closure is called; else what that throws.
    public func run<Success>(_ body: (ListenAddress) async throws -> Success) async throws -> Success {
        let socket = try ListeningSocket(at: address)
        let bound = address.with(port: socket.port)
        let context = DaemonContext(site: site, limits: limits)
        guard let daemon = DaemonHandle(accepting: socket, limits: limits, context: context) else {
            throw ListenError.failed(bound, reason: "there is no thread or no memory for a server")
        }
        defer { withExtendedLifetime(daemon) {} }
        return try await withThrowingTaskGroup(of: Void.self) { [limits] group in
            defer { group.cancelAll() }
            group.addTask {
                while true {
                    try await Task.sleep(for: limits.headerTime / Self.looksPerHeader)
                    context.connections.cutThoseOverdue()
                }
            }
            return try await body(bound)
        }
    }
}

/// What a server spends on its clients.
public struct ServerLimits: Sendable {
    /// Connections at a time; further ones wait to be accepted.
    public var connections = 64
    /// From this many on, a new one takes the place of the oldest of whoever has most.
    public var crowd = 48
    /// For how long a request's line and headers may take.
    public var headerTime = Duration.seconds(2)
    /// For how long a connection may last, from its beginning to the end of the answer.
    public var lifetime = Duration.seconds(10)
    /// Bytes for a request's line and headers.
    public var requestBytes = 16_384

    /// The limits as they are by default.
    public init() {}
}
