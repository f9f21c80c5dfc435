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
