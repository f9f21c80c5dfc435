import Concurrency
import HTTPServer
import Telemetry

/// Tells systems that exchange records when there is something to download.
///
/// While somebody listens, what has changed is folded at once. An event says no more than that: what there is, a download
/// tells.
final class ChangeHub: Sendable {
    private struct Listener {
        let stream: ResponseStream
        let token: Int64?
        /// The tick that it was told of last; nil before the first, which is told whatever it is.
        var told: Int64?
        var lastSentAt = ContinuousClock.Instant.now
    }

    /// Who waits for one change.
    private struct Waiter {
        /// What it has seen.
        let tick: Int64
        let continuation: CheckedContinuation<Void, Never>
        let timer: Task<Void, Never>

        func resume() {
            timer.cancel()
            continuation.resume()
        }
    }

    private struct State {
        var listeners: [Int: Listener] = [:]
        var nextListener = 0
        var waiters: [Int: Waiter] = [:]
        var watch: Task<Void, Never>?
        var isFailing = false
        var isClosed = false
    }

    private let exchange: Exchange
    private let logger: Logger
    private let state = Locked(State())

    private static let mostListeners = 1_000
    private static let tick = Duration.milliseconds(25)
    private static let longestTick = Duration.milliseconds(500)
    private static let heartbeat = Duration.seconds(15)

    init(_ exchange: Exchange, logger: Logger) {
        self.exchange = exchange
        self.logger = logger
    }

    func response(for call: Call, gate: Gate) throws -> HTTPResponse {
        guard state.withLock({ !$0.isClosed && $0.listeners.count < Self.mostListeners }) else {
            var problem = Problem(.databaseAway, "as many listen as can be served")
            problem.retryAfter = 30
            throw problem
        }
        let token = call.actor.token
        return HTTPResponse(
            headers: [
                ("Content-Type", "text/event-stream"), ("Cache-Control", "no-store, no-transform"),
                ("X-Accel-Buffering", "no"),
            ],
            body: .stream { [self] stream in
                let id = add(Listener(stream: stream, token: token), gate)
                while !Task.isCancelled, state.withLock({ $0.listeners[id] != nil }) {
                    try? await Task.sleep(for: .milliseconds(250))
                }
                state.withLock { $0.listeners[id] = nil }
            }
        )
    }

    private func add(_ listener: Listener, _ gate: Gate) -> Int {
        state.withLock { state in
            guard !state.isClosed else { return 0 }
            state.nextListener += 1
            state.listeners[state.nextListener] = listener
            watch(&state, gate)
            return state.nextListener
        }
    }

    private func watch(_ state: inout State, _ gate: Gate) {
        if state.watch == nil { state.watch = Task { await self.run(gate) } }
    }

    /// Waits until something has changed after a tick, at most for a while.
    func waitForChange(after tick: Int64, atMost limit: Duration, _ gate: Gate) async {
        let id = state.withLock { state in
            state.nextListener += 1
            return state.nextListener
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waits = state.withLock { state in
                    guard !state.isClosed, !Task.isCancelled else { return false }
                    // However short the limit is, it ends what is kept here, because it needs the lock for that.
                    let timer = Task { if (try? await Task.sleep(for: limit)) != nil { end(id) } }
                    state.waiters[id] = Waiter(tick: tick, continuation: continuation, timer: timer)
                    watch(&state, gate)
                    return true
                }
                if !waits { continuation.resume() }
            }
        } onCancel: {
            end(id)
        }
    }

    private func end(_ waiter: Int) { state.withLock { $0.waiters.removeValue(forKey: waiter) }?.resume() }

    private func run(_ gate: Gate) async {
        var checkedAt = ContinuousClock.Instant.now
        while true {
            let begun = ContinuousClock.now
            do {
                try await exchange.fold()
                // Somebody else may have folded it.
                deliver(try await exchange.foldedThrough())
                state.withLock { $0.isFailing = false }
            } catch {
                if !state.withLock({ $0.isFailing }) {
                    logger.warning("Changes cannot be folded for nodes", ["error": .string("\(error)")])
                }
                state.withLock { $0.isFailing = true }
                deliver(nil)
            }
            if begun - checkedAt > .seconds(1) {
                checkedAt = begun
                await endLogins(gate)
            }
            // A fold that takes long, because a transaction is open for long, is not the whole work of the server.
            let pause = min(max(Self.tick, (ContinuousClock.now - begun) * 9), Self.longestTick)
            try? await Task.sleep(for: pause)
            let isOver = state.withLock { state in
                if state.listeners.isEmpty && state.waiters.isEmpty || state.isClosed { state.watch = nil }
                return state.watch == nil
            }
            if isOver { return }
        }
    }

    private func deliver(_ through: Int64?) {
        let waiters = state.withLock { state in
            for (id, var listener) in state.listeners {
                guard !listener.stream.isGone, listener.lastSentAt > .now - Self.heartbeat * 3 else {
                    state.listeners[id] = nil
                    continue
                }
                // Who is slow reads the next one.
                guard listener.stream.backlog == 0 else { continue }
                if let tick = through, tick > listener.told ?? -1 {
                    listener.told = tick
                    _ = listener.stream.offer(
                        "id: \(tick)\nevent: changed\ndata: {\"tick\":\(tick)}\n\n".utf8
                    )
                    listener.lastSentAt = .now
                } else if listener.lastSentAt < .now - Self.heartbeat {
                    _ = listener.stream.offer(": \n\n".utf8)
                    listener.lastSentAt = .now
                }
                state.listeners[id] = listener
            }
            let ready = state.waiters.filter { $0.value.tick < through ?? $0.value.tick }
            for id in ready.keys { state.waiters[id] = nil }
            return ready.values
        }
        for waiter in waiters { waiter.resume() }
    }

    private func endLogins(_ gate: Gate) async {
        let tokens = state.withLock { Set($0.listeners.values.compactMap(\.token)) }
        guard !tokens.isEmpty, let ended = try? await gate.ended([], tokens), !ended.isEmpty else { return }
        state.withLock { state in
            state.listeners = state.listeners.filter { _, listener in
                !(listener.token.map { ended.contains("\($0)") } ?? false)
            }
        }
    }

    /// Ends all streams.
    func close() {
        let waiters = state.withLock { state in
            state.isClosed = true
            state.listeners = [:]
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.resume() }
    }
}
