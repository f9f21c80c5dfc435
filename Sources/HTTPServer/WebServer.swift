import CMicroHTTPD
import Concurrency

/// Answers requests over HTTP/1.1, and over TLS if it has an identity.
///
/// Connections, heads, bodies and waiting have limits, and who comes while too many wait takes the place of one that has
/// said nothing yet. What could be understood in two ways is refused: two lengths, two hosts, a host that is missing.
public struct WebServer: Sendable {
    private let address: ListenAddress
    private let limits: ServerLimits
    private let identity: ServerIdentity?
    private let renewal: IdentityRenewal?
    private let receive: @Sendable (HTTPHead) -> Reception

    /// How often connections are looked at that last too long, as a part of what a header may take.
    private static let looksPerHeader = 4
    /// How often is looked whether all requests have ended, when the server stops.
    private static let drainStep = Duration.milliseconds(5)
    /// How long it takes to send what ends them.
    private static let farewell = Duration.seconds(3)

    /// A server that listens once it is ``run(_:)``.
    ///
    /// `receive` decides on the server's only thread what becomes of a request; it must not block.
    public init(
        at address: ListenAddress,
        limits: ServerLimits = ServerLimits(),
        identity: ServerIdentity? = nil,
        renewal: IdentityRenewal? = nil,
        receive: @escaping @Sendable (HTTPHead) -> Reception
    ) {
        self.address = address
        self.limits = limits
        self.identity = identity
        self.renewal = renewal
        self.receive = receive
    }

    /// A server of GET and HEAD for a few paths, compared as they were sent, by closures that must not block.
    public init(
        at address: ListenAddress,
        limits: ServerLimits = ServerLimits(),
        routes: [String: @Sendable () -> HTTPResponse]
    ) {
        self.init(at: address, limits: limits) { head in
            guard head.method == "GET" || head.method == "HEAD" else {
                var response = HTTPResponse.plain(405, "only GET and HEAD are served here")
                response.headers.append(("Allow", "GET, HEAD"))
                return .answer(response)
            }
            guard !head.hasBody else { return .answer(.plain(413, "no body is taken here")) }
            guard let answer = routes[String(head.rawPath)] else {
                let paths = routes.keys.sorted().joined(separator: ", ")
                return .answer(.plain(404, "there is nothing here; see \(paths)"))
            }
            return .answer(answer())
        }
    }

    /// Serves for as long as a closure runs, which is given the address with the port that was found.
    ///
    /// After it no new connection is taken; requests under way may end in the time of ``ServerLimits/drainTime``.
    ///
    /// - Throws: ``ListenError`` before the closure is called; else what that throws.
    public func run<Success>(_ body: (ListenAddress) async throws -> Success) async throws -> Success {
        guard identity?.hasUsableAuthorities ?? true else { throw ListenError.noAuthorities(address) }
        let socket = try ListeningSocket(at: address)
        let bound = address.with(port: socket.port)
        let context = DaemonContext(limits: limits, identity: identity, receive: receive)
        guard
            let daemon = RunningDaemon(
                accepting: socket.release(),
                limits: limits,
                identity: identity,
                context: context
            )
        else {
            guard identity == nil else { throw ListenError.noIdentity(bound) }
            throw ListenError.failed(bound, reason: "there is no thread or no memory for a server")
        }
        let daemons = Daemons(daemon, limits: limits, context: context)
        renewal?.begin { daemons.renew(with: $0) }
        let result: Result<Success, any Error>
        do {
            result = .success(try await serve(bound, context, body))
        } catch {
            result = .failure(error)
        }
        renewal?.end()
        daemons.stopListening()
        let drainTime = limits.drainTime
        // In a task of its own, because this one may be cancelled.
        await Task { await Self.drain(context, for: drainTime) }.value
        withExtendedLifetime(daemons) {}
        return try result.get()
    }

    private func serve<Success>(
        _ bound: ListenAddress,
        _ context: DaemonContext,
        _ body: (ListenAddress) async throws -> Success
    ) async throws -> Success {
        try await withThrowingTaskGroup(of: Void.self) { [limits] group in
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

    /// Waits until no request is under way; the library must not be stopped while one is suspended.
    private static func drain(_ context: DaemonContext, for time: Duration) async {
        let deadline = ContinuousClock.now + time
        context.connections.cut(all: false)
        while !context.stopIfIdle(), .now < deadline { try? await Task.sleep(for: drainStep) }
        // What is left is ended. A connection that is cut cannot be suspended again, so that none is when this returns.
        let end = ContinuousClock.now + farewell
        while !context.stopAll() {
            if .now > end { context.connections.cut(all: true) }
            try? await Task.sleep(for: drainStep)
        }
    }
}

/// What a server proves itself with: a certificate, with those that vouch for it, and its private key, as PEM.
public struct ServerIdentity: Sendable, Equatable {
    let certificate: String
    let privateKey: String
    /// Whose certificates clients are asked for; nil asks for none.
    let authorities: String?

    /// An identity that is checked when the server begins.
    ///
    /// With authorities, clients are asked for a certificate of theirs, and also served if they show none: see
    /// ``HTTPHead/certificateName``.
    public init(certificate: String, privateKey: String, authorities: String? = nil) {
        self.certificate = certificate
        self.privateKey = privateKey
        self.authorities = authorities
    }

    /// Whether there are none, or they are understood; the library would take an empty list for one, too.
    var hasUsableAuthorities: Bool {
        authorities.map { unsafe mhd_understands_authorities($0) != 0 } ?? true
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
    /// For how long a request's body may take, and then its answer to be sent.
    public var lifetime = Duration.seconds(10)
    /// For how long a connection is kept between two requests.
    public var idleTime = Duration.seconds(30)
    /// Whether a connection serves more than one request.
    public var keepsConnections = false
    /// Bytes for a request's line and headers.
    public var requestBytes = 16_384
    /// For how long requests under way may go on when the server stops.
    public var drainTime = Duration.seconds(1)
    /// What a body is answered with that is larger than so many bytes.
    public var tooLarge: @Sendable (Int) -> HTTPResponse = { limit in
        .plain(413, "the body is larger than \(limit) bytes")
    }

    /// The limits as they are by default.
    public init() {}
}
