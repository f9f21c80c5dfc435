import Concurrency

/// Runs blocking work beside Swift's cooperative pool.
public enum BackgroundThread {
    /// Runs blocking work on its own thread and waits for it without blocking.
    ///
    /// Cancelling the task does not interrupt the work: it is for what has to be finished, such as cleaning up.
    public static func run<Result: Sendable>(
        _ work: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        let end = Latch<Result, any Error>()
        try start { end.open(with: Swift.Result(catching: work)) }
        return try await end.waitIgnoringCancellation()
    }

    /// Starts a thread that nobody joins; `body` has to tell its own end.
    static func start(_ body: @escaping @Sendable () -> Void) throws(SubprocessError) {
        guard let refusal = DetachedThread.start(body) else { return }
        throw .outOfResources("thread", errno: refusal)
    }
}
