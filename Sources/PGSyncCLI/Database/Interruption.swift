import Glibc
import Services

/// Ends an operation when a signal asks this process to stop.
enum Interruption {
    /// The first signal asks the operation to finish; the second does not wait for that and ends the process.
    static func asksFirst<Result: Sendable>(
        _ operation: @escaping @Sendable (Shutdown) async throws -> Result
    ) async throws -> Result {
        let shutdown = Shutdown()
        let listener = SignalListener(stopSignals: [], eventSignals: [.interrupt, .terminate])
        return try await listener.listen(requesting: shutdown) { signal in
            guard shutdown.isRequested else { return shutdown.request() }
            _exit(signal.exitCode)
        } during: {
            try await operation(shutdown)
        }
    }

    /// The first signal cancels the operation, which undoes what must not stay.
    static func ends<Result: Sendable>(
        _ operation: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let listener = SignalListener(stopSignals: stopSignals, eventSignals: [])
        let shutdown = Shutdown()
        do {
            return try await listener.listen(requesting: shutdown) {
                try await shutdown.withGracePeriod(.zero, operation: operation)
            }
        } catch is CancellationError {
            guard let signal = listener.stopSignal else { throw CancellationError() }
            throw CommandError.interrupted(by: signal)
        }
    }

    /// The end of the terminal is one, unless the program was begun with `nohup`.
    private static var stopSignals: Set<Signal> {
        var current = sigaction()
        unsafe sigaction(SIGHUP, nil, &current)
        let ignored = unsafe unsafeBitCast(SIG_IGN, to: Int.self)
        let isIgnored = unsafe unsafeBitCast(current.__sigaction_handler.sa_handler, to: Int.self) == ignored
        return isIgnored ? [.interrupt, .terminate] : [.interrupt, .terminate, .hangUp]
    }
}
