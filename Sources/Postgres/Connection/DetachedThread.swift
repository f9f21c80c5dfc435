import Glibc

/// Threads of our own, for work that blocks and must not block Swift's cooperative threads.
enum DetachedThread {
    private final class Body {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }

    /// Runs a closure on a new thread that nobody joins; false when the system refuses a further thread.
    static func run(stackSize: Int, _ body: @escaping @Sendable () -> Void) -> Bool {
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
        if status != 0 { unsafe argument.release() }
        return status == 0
    }
}
