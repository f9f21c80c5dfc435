import Glibc
import TestSupport

/// A client that waits for what it asks for, and gives up on a hopeless wait after a while.
struct TestClient {
    /// How a connection looks from the client's end.
    enum Ending: Equatable {
        case closed
        case reset
        case refused
    }

    /// An answer that did not come.
    struct NoAnswer: Error {}

    private static let patience = Duration.seconds(20)

    private let socket: Socket
    private let bell: WakeUpPipe

    init(to proxy: FaultProxy) throws {
        socket = try Socket.connecting(to: .loopback(port: proxy.port))
        bell = try WakeUpPipe()
    }

    /// Whether nobody listens at the proxy's port.
    static func isRefused(by proxy: FaultProxy) throws -> Bool {
        do {
            return try TestClient(to: proxy).receiveToEnd().ending == .refused
        } catch let error as SocketError {
            return error.code == ECONNREFUSED
        }
    }

    func send(_ text: String) {
        _ = socket.send(Array(text.utf8)[...])
    }

    func endSending() {
        socket.endSending()
    }

    /// Receives exactly this many bytes.
    func receive(_ count: Int) throws -> String {
        var bytes: [UInt8] = []
        while bytes.count < count {
            guard case .bytes(let more) = try next(atMost: count - bytes.count) else { throw NoAnswer() }
            bytes += more
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Sends and awaits the echo.
    func echo(_ text: String) throws -> String {
        send(text)
        return try receive(text.utf8.count)
    }

    /// Waits for the end of the connection and returns what came before it.
    func receiveToEnd() throws -> (text: String, ending: Ending) {
        var bytes: [UInt8] = []
        while true {
            switch try next(atMost: 65_536) {
            case .bytes(let more): bytes += more
            case .end: return (String(decoding: bytes, as: UTF8.self), .closed)
            case .failure(let error):
                return (
                    String(decoding: bytes, as: UTF8.self), error.code == ECONNREFUSED ? .refused : .reset
                )
            case .nothing: throw NoAnswer()
            }
        }
    }

    private func next(atMost limit: Int) throws -> Socket.Received {
        var wait = WakeUpPipe.Wait()
        wait.limit = Self.patience
        wait.add(socket, reading: true)
        bell.wait(for: wait)
        return socket.receive(atMost: limit)
    }
}
