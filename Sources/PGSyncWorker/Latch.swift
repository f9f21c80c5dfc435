import Locking

/// Lets one waiter through once it is open, and stays open until it is closed.
final class Latch: Sendable {
    private struct State {
        var isOpen = false
        var failure: (any Error)?
        var waiter: CheckedContinuation<Void, any Error>?
    }

    private let state = Locked(State())

    func open() { end(nil) }

    /// It will not be opened any more, for a reason that waiters get to know.
    func fail(_ error: any Error) { end(error) }

    /// Lets nobody through until it is opened again.
    func close() { state.withLock { $0.isOpen = false } }

    /// Waits until it is open.
    func wait() async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome: Result<Void, any Error>? = state.withLock { state in
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if let failure = state.failure { return .failure(failure) }
                    if state.isOpen { return .success(()) }
                    state.waiter = continuation
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            take()?.resume(throwing: CancellationError())
        }
    }

    private func end(_ failure: (any Error)?) {
        let waiter = state.withLock { state in
            state.isOpen = true
            state.failure = failure ?? state.failure
            defer { state.waiter = nil }
            return state.waiter
        }
        if let failure { waiter?.resume(throwing: failure) } else { waiter?.resume() }
    }

    private func take() -> CheckedContinuation<Void, any Error>? {
        state.withLock { state in
            defer { state.waiter = nil }
            return state.waiter
        }
    }
}
