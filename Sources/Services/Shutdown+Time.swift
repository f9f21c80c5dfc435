extension Shutdown {
    /// Sleeps until the time has passed or the request is made, and returns whether the request has been made.
    ///
    /// Made for loops: `while try await !shutdown.sleep(for: .seconds(5)) { … }`.
    ///
    /// - Throws: `CancellationError` if the task is cancelled.
    public func sleep(
        for duration: Duration,
        clock: any Clock<Duration> = ContinuousClock()
    ) async throws -> Bool {
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await self.wait() }
            group.addTask { try await clock.sleep(for: duration) }
            try await group.next()
        }
        return isRequested
    }

    /// Runs an operation that is cancelled if it has not ended a while after the request.
    ///
    /// Returns only when the operation has ended, with its own result or error: one that ignores cancellation is
    /// waited for. Cancelling the surrounding task cancels the operation at once.
    public func withGracePeriod<Success: Sendable>(
        _ gracePeriod: Duration,
        clock: any Clock<Duration> = ContinuousClock(),
        operation: @escaping @Sendable () async throws -> Success
    ) async throws -> Success {
        try await withWatcher(operation) {
            try await self.wait()
            try await clock.sleep(for: gracePeriod)
        }
    }
}
