import Locking

/// One value that comes from a thread to one waiting task, or to nobody if that task was cancelled meanwhile.
final class Arrival<Value: Sendable>: Sendable {
    private enum State {
        case nothing
        case awaited(CheckedContinuation<Value, any Error>)
        case arrived(Result<Value, any Error>)
        case taken
    }

    private let state = Locked(State.nothing)

    /// Delivers the value; only the first delivery counts.
    func deliver(_ value: Result<Value, any Error>) {
        let waiter = state.withLock { state -> CheckedContinuation<Value, any Error>? in
            switch state {
            case .nothing:
                state = .arrived(value)
                return nil
            case .awaited(let waiter):
                state = .taken
                return waiter
            case .arrived, .taken:
                return nil
            }
        }
        waiter?.resume(with: value)
    }

    /// Waits for the value, or for the cancellation of the task.
    func wait() async throws -> Value {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiter in
                let arrived = state.withLock { state -> Result<Value, any Error>? in
                    if case .arrived(let value) = state {
                        state = .taken
                        return value
                    }
                    state = .awaited(waiter)
                    return nil
                }
                if let arrived { waiter.resume(with: arrived) }
            }
        } onCancel: {
            deliver(.failure(CancellationError()))
        }
    }
}
