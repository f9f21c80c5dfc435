import Glibc

/// Threads of our own, for work that blocks and must not hold a thread of Swift's cooperative pool.
public enum BackgroundThread {
    /// Runs blocking work on a thread of its own and waits for it without blocking.
    ///
    /// Cancelling the task does not interrupt the work: it is for what has to be finished, such as cleaning up.
    public static func run<Result: Sendable>(
        _ work: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        let completion = Completion<Swift.Result<Result, any Error>>()
        try start { completion.complete(with: Swift.Result(catching: work)) }
        return try await completion.waitIgnoringCancellation().get()
    }

    /// Starts a thread that nobody joins; `body` has to tell its own end.
    static func start(_ body: @escaping @Sendable () -> Void) throws(SubprocessError) {
        var thread = pthread_t()
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        defer { unsafe pthread_attr_destroy(&attributes) }
        unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        unsafe pthread_attr_setstacksize(&attributes, 512 * 1_024)
        let box = unsafe Unmanaged.passRetained(Body(run: body))
        let code = unsafe pthread_create(
            &thread,
            &attributes,
            { argument in
                if let argument = unsafe argument {
                    unsafe Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                }
                return nil
            },
            box.toOpaque()
        )
        guard code == 0 else {
            unsafe box.release()
            throw .outOfResources("thread", errno: code)
        }
    }

    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(run: @escaping @Sendable () -> Void) { self.run = run }
    }
}
