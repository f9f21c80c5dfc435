/// What a test waited for in vain.
public struct NeverHappened: Error, CustomStringConvertible {
    /// Says how long the wait was and where.
    public let description: String
}

/// Waits until a condition holds, and throws ``NeverHappened`` if it does not in good time.
///
/// This is the one place in the tests that waits by time. The limit is generous, because it is only ever
/// reached by a test that fails. Who waits long asks less often, since asking keeps busy what is waited for.
public func eventually(
    within limit: Duration = .seconds(60),
    fileID: StaticString = #fileID,
    line: Int = #line,
    _ condition: () async throws -> Bool
) async throws {
    let start = ContinuousClock.now
    while try await !condition() {
        let waited = ContinuousClock.now - start
        guard waited < limit else {
            throw NeverHappened(description: "\(fileID):\(line): did not happen within \(limit)")
        }
        try await Task.sleep(for: min(max(waited / 10, .milliseconds(1)), .milliseconds(50)))
    }
}
