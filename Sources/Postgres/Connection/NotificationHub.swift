import Concurrency

/// Hands notifications to whoever listens to their channel.
final class NotificationHub: Sendable {
    typealias Stream = AsyncThrowingStream<PostgresNotification, any Error>

    private struct Subscriber {
        let channel: String
        let continuation: Stream.Continuation
    }

    private struct State {
        var subscribers: [Int: Subscriber] = [:]
        var nextID = 0
        var end: Result<Void, any Error>?
    }

    private let state = Locked(State())

    func subscribe(to channel: String) -> Stream {
        let (stream, continuation) = Stream.makeStream(bufferingPolicy: .bufferingNewest(1_000))
        let id: Int? = state.withLock { state in
            guard state.end == nil else { return nil }
            state.nextID += 1
            state.subscribers[state.nextID] = Subscriber(channel: channel, continuation: continuation)
            return state.nextID
        }
        guard let id else {
            continuation.finish(throwing: PostgresError(.connectionClosed, "the connection is closed"))
            return stream
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { _ = $0.subscribers.removeValue(forKey: id) }
        }
        return stream
    }

    func deliver(_ notification: PostgresNotification) {
        let listeners = state.withLock { state in
            state.subscribers.values.filter { $0.channel == notification.channel }.map(\.continuation)
        }
        for listener in listeners { listener.yield(notification) }
    }

    func finish(_ channel: String) {
        let listeners = state.withLock { state in
            state.subscribers.values.filter { $0.channel == channel }.map(\.continuation)
        }
        for listener in listeners { listener.finish() }
    }

    func finish(throwing error: (any Error)?) {
        let listeners = state.withLock { state in
            guard state.end == nil else { return [Stream.Continuation]() }
            state.end = error.map { .failure($0) } ?? .success(())
            return state.subscribers.values.map(\.continuation)
        }
        for listener in listeners { listener.finish(throwing: error) }
    }
}

/// What a NOTIFY said.
public struct PostgresNotification: Sendable, Equatable {
    /// The channel it came on.
    public let channel: String
    /// The text that came with it; often empty.
    public let payload: String
    /// The process id of the server session that sent it.
    public let senderProcessID: Int32
}
