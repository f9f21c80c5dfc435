import Concurrency

/// A TCP proxy on loopback that stands between a client and a server and breaks the connection on demand.
///
/// A fault set with ``inject(_:)`` holds for every byte that moves after the call has returned, on the connections
/// that exist as on new ones. ``counters`` tells what really happened, so that a test can prove its fault fired.
package final class FaultProxy: Sendable {
    /// The host to connect to.
    package let host = "127.0.0.1"

    /// The port to connect to; it stays reserved while ``Fault/refuse`` closes it.
    package let port: UInt16

    private let state: Locked<FaultProxyState>
    private let bell: WakeUpPipe
    private let thread: JoinableThread

    /// Runs `body` beside a proxy to `upstream`, and closes every descriptor of the proxy before it returns.
    package static func run<Result>(
        to upstream: SocketAddress,
        _ body: (FaultProxy) async throws -> Result
    ) async throws -> Result {
        let proxy = try FaultProxy(to: upstream)
        defer { proxy.stop() }
        return try await body(proxy)
    }

    private init(to upstream: SocketAddress) throws {
        let placeholder = try Socket.bound(to: .loopback(port: 0))
        let bell = try WakeUpPipe()
        let port = try placeholder.port
        let initial = try FaultProxyState(upstream: upstream, placeholder: placeholder, port: port)
        let state = Locked(initial)
        self.port = port
        self.state = state
        self.bell = bell
        self.thread = try JoinableThread {
            while let wait = state.withLock({ $0.turn() }) {
                bell.wait(for: wait)
            }
        }
    }

    /// What has passed, and which faults have fired, so far.
    package var counters: FaultCounters { state.withLock { $0.conditions.counters } }

    /// The fault now in force; faults that fire once give way to ``Fault/none``.
    package var fault: Fault { state.withLock { $0.conditions.fault } }

    /// Puts a fault in force in place of the present one.
    package func inject(_ fault: Fault) throws {
        try state.withLock { try $0.inject(fault) }
        bell.ring()
    }

    /// Cuts the connections that exist now; later ones are served.
    package func cutConnections(by cut: Fault.Cut = .closing) {
        state.withLock { $0.cutConnections(by: cut) }
        bell.ring()
    }

    private func stop() {
        state.withLock { $0.stop() }
        bell.ring()
        thread.join()
    }
}
