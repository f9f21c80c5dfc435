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

    static func ends<Result: Sendable>(
        _ operation: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let listener = SignalListener(eventSignals: [])
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
}
