import Glibc
import Concurrency
import TestSupport

/// Sends back what it receives, and closes a connection when its client has said its last.
final class EchoServer: Sendable {
    private struct State {
        var listener: Socket?
        var connections: [Socket] = []
        var received: [UInt8] = []

        mutating func turn() -> WakeUpPipe.Wait? {
            guard let listener else { return nil }
            while let connection = listener.accept() { connections.append(connection) }

            var wait = WakeUpPipe.Wait()
            wait.add(listener, reading: true)
            for connection in connections {
                switch connection.receive() {
                case .nothing:
                    wait.add(connection, reading: true)
                case .bytes(let bytes):
                    received += bytes
                    _ = connection.send(bytes[...])
                    wait.add(connection, reading: true)
                case .end, .failure:
                    connections.removeAll { $0 === connection }
                }
            }
            return wait
        }
    }

    let address: SocketAddress
    private let state: Locked<State>
    private let bell: WakeUpPipe
    private let thread: JoinableThread

    /// Runs `body` beside an echo server on a Unix socket or on loopback.
    static func run<Result>(
        onUnixSocket: Bool = true,
        _ body: (EchoServer) async throws -> Result
    ) async throws -> Result {
        let path = "/tmp/echo-\(getpid())-\(UInt64.random(in: .min ... .max)).sock"
        let server = try EchoServer(at: onUnixSocket ? .unix(path: path) : .loopback(port: 0))
        defer {
            server.stop()
            unsafe unlink(path)
        }
        return try await body(server)
    }

    private init(at address: SocketAddress) throws {
        let listener = try Socket.listening(at: address)
        let bell = try WakeUpPipe()
        if case .loopback = address {
            self.address = .loopback(port: try listener.port)
        } else {
            self.address = address
        }
        let state = Locked(State(listener: listener))
        self.state = state
        self.bell = bell
        self.thread = try JoinableThread {
            while let wait = state.withLock({ $0.turn() }) {
                bell.wait(for: wait)
            }
        }
    }

    /// Everything received so far, on all connections.
    var received: [UInt8] { state.withLock { $0.received } }

    private func stop() {
        state.withLock { $0.listener = nil }
        bell.ring()
        thread.join()
    }
}
