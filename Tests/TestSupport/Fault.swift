/// What a ``FaultProxy`` does to the connections that run through it.
package enum Fault: Sendable, Equatable {
    /// Which way bytes travel.
    package enum Direction: Sendable, CaseIterable {
        case toServer
        case toClient
    }

    /// How a connection ends, on both sides at once.
    package enum Cut: Sendable, CaseIterable {
        /// In order, as a process does that exits.
        case closing

        /// With a reset (RST), as a machine does that has forgotten the connection. A Unix socket is just closed.
        case resetting
    }

    /// Everything passes.
    case none

    /// Nobody listens: a new connection gets "connection refused". Connections that exist go on.
    case refuse

    /// New connections are accepted and reset at once. Connections that exist go on.
    case reset

    /// New connections are accepted, and nothing moves in either direction until another fault is put in force.
    /// Then everything held back is delivered, as after a network outage.
    case hang

    /// Each chunk arrives this much later, in both directions.
    case delay(Duration)

    /// Once: lets this many more bytes pass in one direction, then cuts the connection that carried the last.
    case cut(after: Int, of: Direction, by: Cut)

    /// Once: throws away the client's chunk that completes these bytes and cuts the connection, so that the server
    /// never gets the request whole.
    case loseRequest(containing: [UInt8])

    /// Once: forwards the client's chunk that completes these bytes, lets the server work off all it was sent and
    /// close, and only then cuts the client, which gets no byte of the reply.
    ///
    /// The server sees the end of the client's stream right behind the request.
    case loseReply(toRequestContaining: [UInt8])
}
