import Locking

/// Remembers that something rang until somebody has heard it.
final class Bell: Sendable {
    private struct State {
        var hasRung = false
        var failure: (any Error)?
        var listener: CheckedContinuation<Void, any Error>?
    }

    private let state = Locked(State())

    func ring() { end(nil) }

    /// Nobody will ring any more, for a reason that waiters get to know.
    func fail(_ error: any Error) { end(error) }

    /// Forgets what has rung so far.
    func clear() { state.withLock { $0.hasRung = false } }

    /// Waits until it rings; at once if it has.
    func wait() async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome: Result<Void, any Error>? = state.withLock { state in
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if let failure = state.failure { return .failure(failure) }
                    if state.hasRung { return .success(()) }
                    state.listener = continuation
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            take()?.resume(throwing: CancellationError())
        }
    }

    private func end(_ failure: (any Error)?) {
        let listener = state.withLock { state in
            state.hasRung = true
            state.failure = failure ?? state.failure
            defer { state.listener = nil }
            return state.listener
        }
        if let failure { listener?.resume(throwing: failure) } else { listener?.resume() }
    }

    private func take() -> CheckedContinuation<Void, any Error>? {
        state.withLock { state in
            defer { state.listener = nil }
            return state.listener
        }
    }
}
