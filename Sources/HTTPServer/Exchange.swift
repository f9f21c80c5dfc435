import CMicroHTTPD
import Concurrency

/// One request from its head to its answer.
///
/// All but ``answer(_:)`` is called on the server's thread.
final class Exchange: Sendable {
    private struct State {
        var body: [UInt8] = []
        var isTooLarge = false
        /// Whether the server stops, so that the connection must not be suspended any more.
        var isStopped = false
        var suspended: ConnectionReference?
        var task: Task<Void, Never>?
        var response: HTTPResponse?
        var stream: ResponseStream?
    }

    let head: HTTPHead
    let reception: Reception
    private let tooLarge: @Sendable (Int) -> HTTPResponse
    private let state = Locked(State())

    init(_ head: HTTPHead, _ reception: Reception, tooLarge: @escaping @Sendable (Int) -> HTTPResponse) {
        self.head = head
        self.reception = reception
        self.tooLarge = tooLarge
    }

    /// How many bytes of the body are taken.
    var bodyLimit: Int {
        if case .accept(let limit, _) = reception { limit } else { 0 }
    }

    /// The response, once there is one.
    var response: HTTPResponse? { state.withLock(\.response) }

    /// Takes a part of the body.
    func take(_ bytes: UnsafeRawBufferPointer) {
        state.withLock { state in
            guard !state.isTooLarge else { return }
            state.isTooLarge = state.body.count + bytes.count > bodyLimit
            if state.isTooLarge { state.body = [] } else { unsafe state.body.append(contentsOf: bytes) }
        }
    }

    /// The body is whole: suspends the connection and answers in a task; or has an answer at once if it is too large.
    func respond(on connection: ConnectionReference) -> HTTPResponse? {
        guard case .accept(let limit, let respond) = reception else { return nil }
        return state.withLock { state in
            if state.isStopped { return Self.stopping }
            if state.isTooLarge { return tooLarge(limit) }
            let request = HTTPRequest(head: head, body: state.body)
            state.body = []
            connection.suspend()
            state.suspended = connection
            state.task = Task { self.answer(await respond(request)) }
            return nil
        }
    }

    /// The first answer counts.
    func answer(_ response: HTTPResponse) {
        state.withLock { state in
            guard let connection = state.suspended else { return }
            state.suspended = nil
            state.response = response
            connection.resume()
        }
    }

    /// Keeps the stream that is being sent, which ends with this.
    func keep(_ stream: ResponseStream) {
        let isStopped = state.withLock { state in
            state.stream = stream
            return state.isStopped
        }
        if isStopped { stream.abandon() }
    }

    static let stopping = HTTPResponse.plain(503, "the server stops")

    /// Ends what is under way, because the server stops.
    func stop() {
        let (task, stream) = state.withLock { state in
            state.isStopped = true
            return (state.task, state.stream)
        }
        task?.cancel()
        stream?.abandon()
        answer(Self.stopping)
    }

    /// It is over, one way or the other.
    func end() {
        let (task, stream) = state.withLock { ($0.task, $0.stream) }
        task?.cancel()
        stream?.abandon()
    }
}
