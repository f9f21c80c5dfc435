import Services

/// Ends an operation when a signal asks this process to stop.
enum Interruption {
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
