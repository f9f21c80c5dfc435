/// Runs an operation that is cancelled when it has not ended in time.
///
/// Returns only when the operation has ended: one that ignores cancellation is waited for.
///
/// - Throws: ``ServicesError/timeLimitExceeded(_:)`` when it was cancelled for that reason; else what it throws itself.
public func withTimeLimit<Success: Sendable>(
    _ limit: Duration,
    clock: any Clock<Duration> = ContinuousClock(),
    operation: @escaping @Sendable () async throws -> Success
) async throws -> Success {
    do {
        return try await withWatcher(operation) { try await clock.sleep(for: limit) }
    } catch is CancellationError where !Task.isCancelled {
        throw ServicesError.timeLimitExceeded(limit)
    }
}
