/// Lets tasks wait until it is opened with an outcome; it stays open until it is closed.
///
/// The continuations only wake. The outcome itself is handed over under the lock, where the thread sanitizer sees it pass
/// from a thread of our own to one of the pool.
public final class Latch<Value: Sendable, Failure: Error>: Sendable {
    private struct Waiter {
        var continuation: CheckedContinuation<Void, Never>?
        var end: End?
    }

    /// How a wait ended.
    private enum End {
        case opened(Result<Value, Failure>)
        case cancelled
    }

    private struct State {
        var outcome: Result<Value, Failure>?
        var waiters: [Int: Waiter] = [:]
        var nextID = 0
    }

    private let state = Locked(State())

    /// Creates a latch that is closed.
    public init() {}

    /// Whether a task that waited now would wait no longer.
    public var isOpen: Bool { state.withLock { $0.outcome != nil } }

    /// How many tasks wait.
    public var waiterCount: Int { state.withLock { $0.waiters.count } }

    /// Opens it; of several outcomes the first counts, but an error replaces a value.
    public func open(with outcome: Result<Value, Failure>) {
        let continuations = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            switch (state.outcome, outcome) {
            case (nil, _), (.success?, .failure): state.outcome = outcome
            case (.success?, .success), (.failure?, _): break
            }
            return state.waiters.keys.compactMap {
                Self.finish($0, as: .opened(state.outcome ?? outcome), in: &state)
            }
        }
        for continuation in continuations { continuation.resume() }
    }

    /// Forgets the value it was opened with, so that tasks wait again; an error stays.
    public func close() {
        state.withLock { state in
            if case .success? = state.outcome { state.outcome = nil }
        }
    }

    /// Waits until it is open.
    ///
    /// - Throws: the error it was opened with, or `CancellationError` if the task is cancelled before it is open.
    public func wait() async throws -> Value {
        let id = register()
        return try await withTaskCancellationHandler {
            switch await end(of: id) {
            case .opened(let outcome): return try outcome.get()
            case .cancelled: throw CancellationError()
            }
        } onCancel: {
            let continuation = state.withLock { Self.finish(id, as: .cancelled, in: &$0) }
            continuation?.resume()
        }
    }

    /// Waits until it is open, even in a cancelled task.
    public func waitIgnoringCancellation() async throws(Failure) -> Value {
        // Nobody cancels this waiter, so the first turn is the last.
        while true {
            if case .opened(let outcome) = await end(of: register()) { return try outcome.get() }
        }
    }

    private func register() -> Int {
        state.withLock { state in
            state.nextID += 1
            state.waiters[state.nextID] = Waiter(end: state.outcome.map(End.opened))
            return state.nextID
        }
    }

    private func end(of id: Int) async -> End {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                guard state.waiters[id]?.end == nil else { return true }
                state.waiters[id]?.continuation = continuation
                return false
            }
            if hasEnded { continuation.resume() }
        }
        return state.withLock { $0.waiters.removeValue(forKey: id)?.end } ?? .cancelled
    }

    /// Decides how a wait ends, and returns what wakes the task; the first decision counts.
    private static func finish(
        _ id: Int,
        as end: End,
        in state: inout State
    ) -> CheckedContinuation<Void, Never>? {
        guard let waiter = state.waiters[id], waiter.end == nil else { return nil }
        state.waiters[id]?.end = end
        state.waiters[id]?.continuation = nil
        return waiter.continuation
    }
}

extension Latch where Value == Void {
    /// Opens it.
    public func open() { open(with: .success(())) }
}
