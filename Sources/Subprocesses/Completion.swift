import Locking

/// A value that arrives once and that any number of tasks may wait for.
///
/// The continuations only wake; the value itself is handed over under the lock, where the thread sanitizer sees it
/// pass from a thread of our own to a thread of the pool.
final class Completion<Value: Sendable>: Sendable {
    private struct State {
        var value: Value?
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
        var cancelled: Set<Int> = []
        var nextWaiter = 0
    }

    private let state = Locked(State())

    /// Stores the value and wakes everybody; a second call has no effect.
    func complete(with value: Value) {
        let waiters = state.withLock { state in
            if state.value == nil { state.value = value }
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Waits for the value; throws `CancellationError` when the task is cancelled first.
    func wait() async throws -> Value {
        let waiter = register()
        let value = await withTaskCancellationHandler {
            await suspend(waiter)
        } onCancel: {
            cancel(waiter)
        }
        guard let value else { throw CancellationError() }
        return value
    }

    /// Waits for the value, even in a cancelled task.
    func waitIgnoringCancellation() async -> Value {
        // Nobody cancels this waiter, so it is only woken with a value.
        while true {
            if let value = await suspend(register()) { return value }
        }
    }

    private func register() -> Int {
        state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
    }

    private func suspend(_ waiter: Int) async -> Value? {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                let isCancelled = state.cancelled.remove(waiter) != nil
                guard state.value == nil, !isCancelled else { return true }
                state.waiters[waiter] = continuation
                return false
            }
            if isOver { continuation.resume() }
        }
        return state.withLock { $0.value }
    }

    private func cancel(_ waiter: Int) {
        let continuation = state.withLock { state in
            let waiting = state.waiters.removeValue(forKey: waiter)
            if waiting == nil, state.value == nil { state.cancelled.insert(waiter) }
            return waiting
        }
        continuation?.resume()
    }
}
