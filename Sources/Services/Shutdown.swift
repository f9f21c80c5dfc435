import Locking

/// The request to stop gracefully: take nothing new on, finish what was begun.
///
/// It is the first of two steps; the second is the cancellation of the task, which means to stop now. Every
/// wait in this module ends at either. Once made, a request is never taken back.
public final class Shutdown: Sendable {
    private struct State {
        var isRequested = false
        var waiters: [UInt64: CheckedContinuation<Void, any Error>] = [:]
        var nextID: UInt64 = 0
    }

    private let state = Locked(State())

    /// Creates a shutdown that nobody has requested.
    public init() {}

    /// Whether the request has been made.
    public var isRequested: Bool { state.withLock { $0.isRequested } }

    /// How many tasks wait for the request.
    var waiterCount: Int { state.withLock { $0.waiters.count } }

    /// Makes the request and wakes all who wait for it; later calls do nothing.
    public func request() {
        let waiters = state.withLock { state in
            state.isRequested = true
            let waiters = state.waiters
            state.waiters = [:]
            return waiters
        }
        for waiter in waiters.values { waiter.resume() }
    }

    /// Waits until the request is made.
    ///
    /// - Throws: `CancellationError` if the task is cancelled, even if the request was made as well.
    public func wait() async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome: Result<Void, any Error>? = state.withLock { state in
                    // Under the lock: a cancellation later than this check finds the waiter in the list.
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if state.isRequested { return .success(()) }
                    state.waiters[id] = continuation
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            let waiter = state.withLock { $0.waiters.removeValue(forKey: id) }
            waiter?.resume(throwing: CancellationError())
        }
    }
}
