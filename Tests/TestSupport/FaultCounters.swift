/// What has happened in a ``FaultProxy`` since it started.
///
/// Connections refused by a closed port cannot be counted here: the kernel refuses them.
package struct FaultCounters: Sendable, Equatable {
    /// Connections accepted, those included that were reset at once.
    package internal(set) var accepted = 0

    /// Connections reset by ``Fault/reset`` as soon as they were accepted.
    package internal(set) var reset = 0

    /// Connections on which ``Fault/hang`` holds back something that a side has sent, each counted once per outage.
    package internal(set) var hung = 0

    /// Chunks that ``Fault/delay(_:)`` put off.
    package internal(set) var delayed = 0

    /// Connections cut, by a fault or by ``FaultProxy/cutConnections(by:)``.
    package internal(set) var cuts = 0

    /// Bytes of requests that ``Fault/loseRequest(containing:)`` kept from the server.
    package internal(set) var lostRequestBytes = 0

    /// Bytes of replies that ``Fault/loseReply(toRequestContaining:)`` kept from the client.
    package internal(set) var lostReplyBytes = 0

    /// Bytes handed on to the server.
    package internal(set) var bytesToServer = 0

    /// Bytes handed on to the client.
    package internal(set) var bytesToClient = 0
}
