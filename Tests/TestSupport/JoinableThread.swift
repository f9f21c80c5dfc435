import Glibc

/// A POSIX thread that runs one closure.
package struct JoinableThread: Sendable {
    private final class Start {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) {
            self.body = body
        }
    }

    private let thread: pthread_t

    package init(_ body: @escaping @Sendable () -> Void) throws {
        var thread = pthread_t()
        let start = unsafe Unmanaged.passRetained(Start(body))
        let code = unsafe pthread_create(
            &thread,
            nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            },
            start.toOpaque()
        )
        guard code == 0 else {
            unsafe start.release()
            throw SocketError(operation: "pthread_create", code: code)
        }
        self.thread = thread
    }

    /// Waits for the closure's end; to be called once.
    package func join() {
        pthread_join(thread, nil)
    }
}
