import Glibc

/// Threads of our own, for work that blocks and must not hold a thread of Swift's cooperative pool.
public enum DetachedThread {
    private final class Body {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }

    /// Runs a closure on a new thread that nobody joins; `body` has to tell its own end.
    ///
    /// Returns the error number with which the system refused the thread, or nil when it runs.
    public static func start(
        stackSize: Int = 512 << 10,
        _ body: @escaping @Sendable () -> Void
    ) -> Int32? {
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        defer { unsafe pthread_attr_destroy(&attributes) }
        unsafe pthread_attr_setstacksize(&attributes, stackSize)
        unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        let argument = unsafe Unmanaged.passRetained(Body(body))
        var thread = pthread_t()
        let status = unsafe pthread_create(
            &thread,
            &attributes,
            { argument in
                // The argument is always the retained body above.
                let body = unsafe Unmanaged<Body>.fromOpaque(argument.unsafelyUnwrapped).takeRetainedValue()
                body.run()
                return nil
            },
            argument.toOpaque()
        )
        guard status != 0 else { return nil }
        unsafe argument.release()
        return status
    }
}
