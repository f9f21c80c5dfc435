import Concurrency
import Services

/// What each poster of a worker is doing, and which one to wake when there is work.
final class PosterPool: Service {
    /// What the posters together are doing.
    enum Situation: Equatable {
        /// At least one sleeps, and none works, unless it has been stuck in one batch for long.
        case quiet
        /// A poster works and will look again soon, or all that work are stuck and none sleeps; check again after this
        /// time.
        case busy(for: Duration)
        /// No poster has a connection: all have lost theirs, or have ended.
        case away
    }

    private enum Activity {
        case away
        case working(since: ContinuousClock.Instant)
        case parked(CheckedContinuation<Bool, Never>)
    }

    private struct State {
        var posters: [Activity]
        /// The numbers of those that sleep, the last one to fall asleep last.
        var parked: [Int] = []
        var isClosed = false
    }

    private let state: Locked<State>
    private let now: @Sendable () -> ContinuousClock.Instant
    private let latch = Latch<Void, Never>()

    /// A poster that has been in one batch for longer is not expected to look again.
    private static let stuck = Duration.seconds(1)

    /// `now` is the time at which posters begin and fall asleep.
    init(posters count: Int, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.now = now
        state = Locked(State(posters: Array(repeating: .away, count: count)))
    }

    // MARK: Posters

    /// A poster begins a batch.
    func begin(_ poster: Int) {
        let now = now()
        state.withLock { $0.posters[poster] = .working(since: now) }
    }

    /// A poster has no connection, or ends.
    func leave(_ poster: Int) {
        state.withLock { $0.posters[poster] = .away }
        latch.open()
    }

    /// A poster sleeps until it is woken; false if it is to end instead.
    func park(_ poster: Int) async -> Bool {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    guard !state.isClosed, !Task.isCancelled else { return true }
                    state.posters[poster] = .parked(continuation)
                    state.parked.append(poster)
                    return false
                }
                if isOver { continuation.resume(returning: false) }
                latch.open()
            }
        } onCancel: {
            take(poster)?.resume(returning: false)
        }
    }

    /// Wakes the poster that fell asleep last, if any sleeps.
    @discardableResult
    func wakeOne() -> Bool {
        let sleeper = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            guard let poster = state.parked.last else { return nil }
            return take(poster, from: &state)
        }
        sleeper?.resume(returning: true)
        return sleeper != nil
    }

    /// Lets posters sleep until the shutdown is requested.
    func run(until shutdown: Shutdown) async throws {
        try await shutdown.wait()
        close()
    }

    /// Wakes all posters, and lets none sleep any more.
    func close() {
        let sleepers = state.withLock { state in
            state.isClosed = true
            return state.parked.compactMap { take($0, from: &state) }
        }
        for sleeper in sleepers { sleeper.resume(returning: false) }
        latch.open()
    }

    // MARK: The queue watcher

    var situation: Situation {
        state.withLock { state in
            let now = now()
            let remaining = state.posters.compactMap { activity -> Duration? in
                guard case .working(let since) = activity else { return nil }
                return Self.stuck - (now - since)
            }.max()
            if let remaining, remaining > .zero { return .busy(for: remaining) }
            guard state.parked.isEmpty else { return .quiet }
            return remaining == nil ? .away : .busy(for: Self.stuck)
        }
    }

    /// How many posters have a connection.
    var connectedCount: Int {
        state.withLock { state in
            state.posters.count { if case .away = $0 { false } else { true } }
        }
    }

    /// Waits until a poster has fallen asleep, or gone.
    func change() async throws {
        try await latch.wait()
        latch.close()
    }

    private func take(_ poster: Int) -> CheckedContinuation<Bool, Never>? {
        state.withLock { take(poster, from: &$0) }
    }

    private func take(_ poster: Int, from state: inout State) -> CheckedContinuation<Bool, Never>? {
        guard case .parked(let continuation) = state.posters[poster] else { return nil }
        // From now on it counts as a poster that will look.
        state.posters[poster] = .working(since: now())
        state.parked.removeAll { $0 == poster }
        return continuation
    }
}
